package io.tidemark.simulation;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How often what was met, by group and kind: faults, crash points, reloads and so on. Thread-safe. */
final class Coverage {
    /** Group of what is counted only. */
    static final String RARE = "rare";

    private final Map<String, Map<String, Integer>> counts = new TreeMap<>();

    /** Says which kinds there are, so that one that never comes is seen to be missing. */
    synchronized void expect(String group, Enum<?>[] kinds) {
        for (Enum<?> kind : kinds) {
            counts.computeIfAbsent(group, none -> new TreeMap<>()).putIfAbsent(words(kind), 0);
        }
    }

    /** The same, by names. */
    synchronized void expect(String group, List<String> kinds) {
        kinds.forEach(
                kind -> counts.computeIfAbsent(group, none -> new TreeMap<>()).putIfAbsent(kind, 0));
    }

    void met(String group, Enum<?> kind) {
        met(group, words(kind));
    }

    synchronized void met(String group, String kind) {
        counts.computeIfAbsent(group, none -> new TreeMap<>()).merge(kind, 1, Integer::sum);
    }

    private static String words(Enum<?> kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Kinds that were met less often. */
    synchronized List<String> below(int least) {
        return counts.entrySet().stream()
                .filter(group -> !group.getKey().equals(RARE))
                .flatMap(group -> group.getValue().entrySet().stream()
                        .filter(kind -> kind.getValue() < least)
                        .map(kind -> group.getKey() + ": " + kind.getKey() + " " + kind.getValue()))
                .toList();
    }

    /** One line a group. */
    @Override
    public synchronized String toString() {
        return counts.entrySet().stream()
                .map(group -> "  " + group.getKey() + ": "
                        + group.getValue().entrySet().stream()
                                .map(kind -> kind.getKey() + " " + kind.getValue())
                                .collect(Collectors.joining(", ")))
                .collect(Collectors.joining(System.lineSeparator()));
    }
}
