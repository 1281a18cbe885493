package io.tidemark.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.Disk;
import io.tidemark.log.LogApplier;
import io.tidemark.log.LogBatch;
import io.tidemark.log.LogEntry;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many writers, a releaser and a reader on one log, which runs on a thread of its own. */
final class LogConcurrencyTest {
    private static final int WRITERS = 4;
    private static final int EACH = 3_000;

    @Test
    @Timeout(60)
    void manyWriters_eachBatchIsAppliedOnceAndInItsWritersOrder(@TempDir Path temp) throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        ConcurrentLinkedQueue<IOException> failures = new ConcurrentLinkedQueue<>();
        AtomicLong applied = new AtomicLong();
        List<String> seen = new ArrayList<>();
        SegmentLog log = new SegmentLog(
                Disk.real(),
                temp.resolve("log"),
                LogFixture.ID,
                0,
                new SegmentLogOptions(64 << 10),
                pool,
                System::currentTimeMillis,
                failures::add);
        try {
            log.open(0, new LogApplier() {
                @Override
                public void apply(LogEntry entry, @Nullable LogBatch origin) {
                    assertThat(entry.index()).isEqualTo(applied.get() + 1);
                    seen.add(LogFixture.text(entry));
                    applied.set(entry.index());
                }

                @Override
                public void applyUnlogged(LogBatch origin) {
                    throw new IllegalStateException("all are logged");
                }
            });
            List<Thread> threads = new ArrayList<>();
            for (int w = 0; w < WRITERS; w++) {
                String prefix = "writer" + w + ":";
                threads.add(new Thread(() -> {
                    for (int i = 0; i < EACH; i++) {
                        log.append(new TestBatch(prefix + i));
                    }
                }));
            }
            threads.forEach(Thread::start);
            long reads = 0;
            long last;
            do {
                last = log.lastIndex();
                log.release(last / 2);
                long from = Math.max(last / 2 + 1, last - 20);
                if (from <= last) {
                    List<Long> indexes = new ArrayList<>();
                    log.read(from, last, entry -> indexes.add(entry.index()));
                    assertThat(indexes)
                            .hasSize((int) (last - from + 1))
                            .isSorted()
                            .startsWith(from);
                    reads++;
                }
            } while (last < WRITERS * EACH);
            for (Thread thread : threads) {
                thread.join();
            }
            Future<Void> closed = log.close();
            closed.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
            assertThat(reads).isPositive();
        } finally {
            pool.shutdown();
            assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(failures).isEmpty();
        assertThat(seen).hasSize(WRITERS * EACH);
        Map<String, Integer> next = new HashMap<>();
        for (String text : seen) {
            int colon = text.indexOf(':');
            int number = Integer.parseInt(text.substring(colon + 1));
            assertThat(number).isEqualTo(next.getOrDefault(text.substring(0, colon), 0));
            next.put(text.substring(0, colon), number + 1);
        }
    }
}
