package io.tidemark.redis;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Builds one section of INFO: {@code key:value} lines, some of whose values are {@code name=value} pairs separated by commas.
 *
 * <p>Tools split the text at line ends, colons, commas and equals signs. In values, such as paths, these characters, everything
 * else that may be read as a line end, and the percent sign are escaped as {@code %XX}, the byte in hexadecimal.
 */
final class InfoSection {
    private final StringBuilder text;

    InfoSection(String title) {
        this.text = new StringBuilder("# ").append(title).append("\r\n");
    }

    /** Adds a line with one value. */
    InfoSection add(String key, Object value) {
        text.append(key).append(':').append(escaped(value.toString())).append("\r\n");
        return this;
    }

    /** Adds a line with several named values. */
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

    /** The text with all separators of values, names and lines escaped. */
    static String escaped(String value) {
        if (value.codePoints().noneMatch(InfoSection::needsEscape)) {
            return value;
        }
        StringBuilder escaped = new StringBuilder();
        value.codePoints().forEach(each -> {
            if (needsEscape(each)) {
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

    private static boolean needsEscape(int codePoint) {
        return switch (codePoint) {
            case '%', ',', ':', '=', '\u2028', '\u2029' -> true;
            default -> Character.isISOControl(codePoint);
        };
    }
}
