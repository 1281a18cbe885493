package io.tidemark.redis;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Gathers one section of INFO: {@code key:value} lines, some of whose values are {@code name=value} pairs with commas between.
 *
 * <p>Tools cut such a text at line ends, colons, commas and equals signs. So of a value that is text, such as a path, these and
 * everything else that may be taken for a line end are written as {@code %XX}, the byte in hexadecimal; a percent sign is, too.
 */
final class InfoSection {
    private final StringBuilder text;

    InfoSection(String title) {
        this.text = new StringBuilder("# ").append(title).append("\r\n");
    }

    /** A line with one value. */
    InfoSection add(String key, Object value) {
        text.append(key).append(':').append(escaped(value.toString())).append("\r\n");
        return this;
    }

    /** A line with several values, each with its name. */
    InfoSection add(String key, Map<String, Object> values) {
        String joined = values.entrySet().stream()
                .map(each -> each.getKey() + "=" + escaped(each.getValue().toString()))
                .collect(Collectors.joining(","));
        text.append(key).append(':').append(joined).append("\r\n");
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }

    /** Text without anything that parts values, names or lines. */
    static String escaped(String value) {
        if (value.codePoints().noneMatch(InfoSection::parts)) {
            return value;
        }
        StringBuilder escaped = new StringBuilder();
        value.codePoints().forEach(each -> {
            if (parts(each)) {
                for (byte b : Character.toString(each).getBytes(StandardCharsets.UTF_8)) {
                    escaped.append('%')
                            .append(Character.toUpperCase(Character.forDigit(b >> 4 & 0xF, 16)))
                            .append(Character.toUpperCase(Character.forDigit(b & 0xF, 16)));
                }
            } else {
                escaped.appendCodePoint(each);
            }
        });
        return escaped.toString();
    }

    private static boolean parts(int each) {
        return switch (each) {
            case '%', ',', ':', '=', '\u2028', '\u2029' -> true;
            default -> Character.isISOControl(each);
        };
    }
}
