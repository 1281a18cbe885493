package io.tidemark.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.bitcask.BitcaskOptions;
import io.tidemark.checkpoint.DirtyCounter;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client of a shard that can't append is answered in the end. */
@Timeout(30)
class UnansweredWritesTest {

    private record Write(String key, LinkedBlockingQueue<Result> answers) implements Call {
        static Write of(String key) {
            return new Write(key, new LinkedBlockingQueue<>());
        }

        @Override
        public Command command() {
            byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
            return new Command.Set(bytes, bytes);
        }

        @Override
        public void complete(Result result) {
            answers.add(result);
        }
    }

    private record OneThread(Executor lane) implements ShardFromParts.World {
        @Override
        public LongSupplier epochMillis() {
            return () -> 1;
        }

        @Override
        public void logFailed(IOException failure) {}

        @Override
        public void applyFailed(IOException failure) {}

        @Override
        public void appended(List<Call> calls) {}
    }

    @Test
    void watched_longAfterADiskHasHung_answersOnceAndWhatWasLoggedIsCarriedOut() throws Exception {
        FaultyDisk disk = FaultyDisk.seeded();
        Path directory = Path.of("/data/shard-0");
        disk.createDirectories(directory);
        ExecutorService lane = Executors.newSingleThreadExecutor();
        Vertx vertx = Vertx.vertx();
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try {
            ShardFromParts shard = new ShardFromParts(
                    0, disk, directory, new BitcaskOptions(), DirtyCounter.of(vertx, "s", 0), new OneThread(lane));
            lane.submit(shard::recover).get();
            disk.faults().before(Operation.FORCE, "/data/shard-0/log/**", path -> {
                reached.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            Write logged = Write.of("logged");
            shard.submit(List.of(logged));
            reached.await();
            Write waiting = Write.of("waiting");
            shard.submit(List.of(waiting));

            long now = System.nanoTime();
            shard.watched(now);
            assertThat(logged.answers()).as("it may still end").isEmpty();
            shard.watched(now + UnansweredWrites.MAX_WAIT_NANOS + TimeUnit.SECONDS.toNanos(1));
            assertThat(logged.answers().poll(10, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(Result.Failure.class, failure -> {
                        assertThat(failure.kind()).isEqualTo(Result.Kind.OUTCOME_UNKNOWN);
                        assertThat(failure.message())
                                .isEqualTo(
                                        "shard 0: waited for 30 s; the disk does not answer; it is in the log or may be,"
                                                + " and is carried out once that is over");
                    });
            assertThat(waiting.answers().poll(10, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(Result.Failure.class, failure -> {
                        assertThat(failure.kind()).isEqualTo(Result.Kind.SHED);
                        assertThat(failure.message()).startsWith("shard 0: not carried out: waited for 30 s");
                    });

            disk.faults().clear();
            go.countDown();
            Write next = Write.of("next");
            shard.submit(List.of(next));
            assertThat(next.answers().poll(10, TimeUnit.SECONDS)).isEqualTo(Result.Ok.OK);
            assertThat(shard.data().contains("logged".getBytes(StandardCharsets.UTF_8)))
                    .isTrue();
            assertThat(shard.data().contains("waiting".getBytes(StandardCharsets.UTF_8)))
                    .isFalse();
            assertThat(logged.answers()).as("answered once").isEmpty();
            assertThat(waiting.answers()).as("answered once").isEmpty();
            shard.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } finally {
            go.countDown();
            lane.shutdown();
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }
}
