package io.tidemark.checkpoint;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;

/** Totals of a store's generations over a period. Not thread-safe. */
final class CheckpointTally {
    private final Set<Integer> shards = new HashSet<>();
    private final Map<CheckpointTrigger, Integer> triggers = new EnumMap<>(CheckpointTrigger.class);
    private int generations;
    private int failed;
    private long bytes;
    private long files;
    private long worstForceNanos;
    private long worstManifestNanos;
    private long worstQueueNanos;

    boolean isEmpty() {
        return generations == 0;
    }

    void add(CheckpointOutcome outcome) {
        generations++;
        triggers.merge(outcome.trigger(), 1, Integer::sum);
        worstForceNanos = Math.max(worstForceNanos, outcome.forceNanos());
        worstManifestNanos = Math.max(worstManifestNanos, outcome.manifestNanos());
        worstQueueNanos = Math.max(worstQueueNanos, outcome.queueNanos());
        if (outcome.succeeded()) {
            shards.add(outcome.shard());
            bytes += outcome.bytes();
            files += outcome.files();
        } else {
            failed++;
        }
    }

    /** For example "checkpointed 4 shards, 120.0 MB in 7 files, 4 generations (interval 4), worst force 35 ms, …". */
    @Override
    public String toString() {
        StringJoiner by = new StringJoiner(", ");
        triggers.forEach((trigger, count) -> by.add(trigger.label() + " " + count));
        return "checkpointed " + counted(shards.size(), "shard") + ", " + megabytes(bytes) + " in "
                + counted(files, "file") + ", " + counted(generations, "generation") + " (" + by + "), worst force "
                + millis(worstForceNanos) + ", worst manifest " + millis(worstManifestNanos) + ", worst queue "
                + millis(worstQueueNanos) + (failed == 0 ? "" : ", " + failed + " failed");
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private static String megabytes(long bytes) {
        return bytes < 100_000
                ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
                : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }

    private static String millis(long nanos) {
        long micros = TimeUnit.NANOSECONDS.toMicros(nanos);
        return String.format(Locale.ROOT, micros < 10_000 ? "%.1f ms" : "%.0f ms", micros / 1e3);
    }
}
