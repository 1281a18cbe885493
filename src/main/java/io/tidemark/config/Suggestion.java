package io.tidemark.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Guesses which key was meant by an unknown name. */
final class Suggestion {
    private Suggestion() {}

    /**
     * The key that was probably meant: the same name in snake_case, else the same name in another section, else the
     * nearest by edit distance, if near enough.
     */
    static Optional<String> forKey(String unknown) {
        List<String> names = new ArrayList<>();
        for (ConfigKey key : ConfigKey.values()) {
            names.add(key.key());
            int dot = key.key().indexOf('.');
            if (dot > 0 && !names.contains(key.key().substring(0, dot))) {
                names.add(key.key().substring(0, dot));
            }
        }
        return nearest(snakeCase(unknown), names, ".");
    }

    /** The variable that was probably meant. */
    static Optional<String> forVariable(String unknown) {
        List<String> names = Arrays.stream(ConfigKey.values())
                .map(ConfigKey::environmentVariable)
                .toList();
        return nearest(unknown.toUpperCase(Locale.ROOT), names, "_");
    }

    /** {@code intervalMs} and {@code interval-ms} as {@code interval_ms}. */
    static String snakeCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").replace('-', '_').toLowerCase(Locale.ROOT);
    }

    private static Optional<String> nearest(String unknown, List<String> names, String separator) {
        if (names.contains(unknown)) {
            return Optional.of(unknown);
        }
        List<String> sameTail = names.stream()
                .filter(name -> name.endsWith(separator + unknown) || unknown.endsWith(separator + name))
                .toList();
        if (sameTail.size() == 1) {
            return Optional.of(sameTail.get(0));
        }
        return names.stream()
                .min(Comparator.comparingInt(name -> distance(unknown, name)))
                .filter(name -> distance(unknown, name) <= Math.max(2, unknown.length() / 4));
    }

    /** Fewest insertions, deletions and replacements of one character (Levenshtein). */
    static int distance(String from, String to) {
        int[] previous = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] row = new int[to.length() + 1];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replace = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replace, Math.min(previous[j], row[j - 1]) + 1);
            }
            previous = row;
        }
        return previous[to.length()];
    }
}
