package io.tidemark.it;

import io.tidemark.checkpoint.CheckpointListener;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.CheckpointOutcome;
import io.tidemark.checkpoint.Checkpointers;
import io.tidemark.checkpoint.DirtyCounter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Shards that are never idle, on a real disk: how old does a byte get before it is durable?
 *
 * <p>Four shards share one permit, and each gets a record of 1 KiB about every millisecond. The time of each record is
 * kept, so that at the end of a generation the age of the oldest byte that it made durable is known exactly.
 */
final class ContinuousWrites implements CheckpointListener {
    private static final int SHARDS = 4;
    private static final int REMEMBERED = 1 << 16;
    private static final CheckpointOptions OPTIONS =
            new CheckpointOptions().setMaxDelayMs(2_000).setMaxConcurrentFsyncs(1);

    /**
     * What was seen.
     *
     * @param records appended in all
     * @param fewestGenerations of any shard that moved its durable index
     * @param worstAgeMillis the oldest that any byte became before it was durable
     * @param worstExcessMillis the most by which a byte was older than {@code max_delay_ms} and the queue and force time of
     *     its generation
     * @param problem what was wrong, {@code null} if nothing
     */
    record Seen(
            long records,
            int fewestGenerations,
            double worstAgeMillis,
            double worstExcessMillis,
            @Nullable String problem) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%d records, each shard's durable index moved at least %d times; max_delay_ms %d: the oldest unsynced"
                            + " byte was %.0f ms old, at most %.0f ms more than max_delay_ms, queue and force time",
                    records,
                    fewestGenerations,
                    OPTIONS.getMaxDelayMs(),
                    worstAgeMillis,
                    worstExcessMillis);
        }
    }

    private final AtomicReferenceArray<long[]> writtenNanos = new AtomicReferenceArray<>(SHARDS);
    private final List<CheckpointOutcome> outcomes = new ArrayList<>();
    private double worstAge;
    private double worstExcess = Double.NEGATIVE_INFINITY;
    private @Nullable String problem;

    private ContinuousWrites() {
        for (int shard = 0; shard < SHARDS; shard++) {
            writtenNanos.set(shard, new long[REMEMBERED]);
        }
    }

    /** Writes for so long below a directory. */
    static Seen run(Duration duration, Path directory) throws Exception {
        ContinuousWrites watching = new ContinuousWrites();
        Vertx vertx = Vertx.vertx();
        List<AppendedFile> files = new ArrayList<>();
        List<DirtyCounter> counters = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            files.add(new AppendedFile(directory.resolve("shard-" + shard)));
            counters.add(DirtyCounter.of(vertx, "written", shard));
        }
        try {
            Checkpointers checkpointers = await(Checkpointers.deploy(vertx, "written", OPTIONS, files, watching));
            await(checkpointers.syncNow()); // from here on a generation is due by the age of bytes alone
            long records = watching.write(duration, files, counters);
            await(checkpointers.close());
            return watching.seen(records);
        } finally {
            await(vertx.close());
            for (AppendedFile file : files) {
                file.close();
            }
        }
    }

    private long write(Duration duration, List<AppendedFile> files, List<DirtyCounter> counters)
            throws IOException, InterruptedException {
        byte[] record = new byte[1_024];
        long end = System.nanoTime() + duration.toNanos();
        long index = 0;
        while (System.nanoTime() < end) {
            index++;
            for (int shard = 0; shard < SHARDS; shard++) {
                writtenNanos.get(shard)[(int) (index % REMEMBERED)] = System.nanoTime();
                files.get(shard).append(record, counters.get(shard));
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
        return index * SHARDS;
    }

    /** On each shard's event loop, right after its durable index has moved. */
    @Override
    public synchronized void ended(CheckpointOutcome outcome) {
        long now = System.nanoTime();
        long oldest = outcome.fromIndex() + 1;
        if (!outcome.succeeded()) {
            problem = outcome.toString();
        } else if (outcome.fromIndex() >= 0 && outcome.toIndex() >= oldest) {
            if (outcome.toIndex() - oldest >= REMEMBERED) {
                problem = "a generation of more than " + REMEMBERED + " records: " + outcome;
            }
            double age = (now - writtenNanos.get(outcome.shard())[(int) (oldest % REMEMBERED)]) / 1e6;
            worstAge = Math.max(worstAge, age);
            double queuedAndForced = (outcome.queueNanos() + outcome.forceNanos()) / 1e6;
            worstExcess = Math.max(worstExcess, age - OPTIONS.getMaxDelayMs() - queuedAndForced);
            outcomes.add(outcome);
        }
    }

    private synchronized Seen seen(long records) {
        int fewest = Integer.MAX_VALUE;
        for (int shard = 0; shard < SHARDS; shard++) {
            int number = shard;
            fewest = Math.min(fewest, (int) outcomes.stream()
                    .filter(outcome -> outcome.shard() == number)
                    .count());
        }
        return new Seen(records, fewest, worstAge, worstExcess, problem);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    /** {@code --seconds N --dir DIR --slack-ms N}; exit code 1 if a byte got older than it may. */
    public static void main(String[] words) throws Exception {
        Options options = Options.parse(words);
        long seconds = options.number("seconds", 60);
        Path directory = Files.createDirectories(Path.of(options.text("dir", "target/continuous")));
        Seen seen = run(Duration.ofSeconds(seconds), directory);
        System.out.println(seen);
        boolean kept = seen.problem() == null
                && seen.worstExcessMillis() <= options.number("slack-ms", 250)
                && seen.fewestGenerations() >= seconds / 2 - 2;
        if (!kept) {
            System.out.println("a bound was not kept" + (seen.problem() == null ? "" : ": " + seen.problem()));
        }
        System.exit(kept ? 0 : 1);
    }
}
