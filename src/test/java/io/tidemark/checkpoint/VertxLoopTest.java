package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.internal.VertxInternal;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a blocking task that the pool does not take, or that throws. */
class VertxLoopTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static WorkerExecutor throwing(Throwable refusal) {
        return (WorkerExecutor) Proxy.newProxyInstance(
                VertxLoopTest.class.getClassLoader(), new Class<?>[] {WorkerExecutor.class}, (proxy, method, args) -> {
                    throw refusal;
                });
    }

    private List<@Nullable Throwable> outcomes(WorkerExecutor pool) {
        List<@Nullable Throwable> outcomes = new ArrayList<>();
        new VertxLoop(vertx, vertx.getOrCreateContext(), ForceThreads.of(pool), Clocks.SYSTEM)
                .runBlocking(() -> null, outcomes::add);
        return outcomes;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void runBlocking_poolThrows_wasNotStarted(boolean error) {
        Throwable refusal =
                error ? new InternalError("no thread to give") : new RejectedExecutionException("the pool is full");
        assertThat(outcomes(throwing(refusal))).singleElement().satisfies(outcome -> assertThat(outcome)
                .isInstanceOf(CheckpointLoop.NotStarted.class)
                .hasCause(refusal));
    }

    @Test
    void runBlocking_poolIsClosed_wasNotStarted() throws Exception {
        WorkerExecutor pool = vertx.createSharedWorkerExecutor("closed", 1);
        pool.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertThat(outcomes(pool)).singleElement().satisfies(outcome -> assertThat(outcome)
                .isInstanceOf(CheckpointLoop.NotStarted.class));
    }

    /** A force that hangs is the stall watch's to report: a stack trace a second says no more. */
    @Test
    void runBlocking_forALongTime_isNotReportedByVertxToo() throws Exception {
        Vertx checking = Vertx.builder()
                .with(new VertxOptions()
                        .setMaxWorkerExecuteTime(1)
                        .setMaxWorkerExecuteTimeUnit(TimeUnit.MILLISECONDS)
                        .setBlockedThreadCheckInterval(1)
                        .setBlockedThreadCheckIntervalUnit(TimeUnit.MILLISECONDS))
                .build();
        List<String> blocked = new CopyOnWriteArrayList<>();
        ((VertxInternal) checking)
                .blockedThreadChecker()
                .setThreadBlockedHandler(event -> blocked.add(event.thread().getName()));
        CountDownLatch end = new CountDownLatch(1);
        try {
            CountDownLatch begun = new CountDownLatch(1);
            var force = ForceThreads.of(checking, "forces", 1)
                    .run(
                            () -> {
                                begun.countDown();
                                return waited(end);
                            },
                            new AtomicBoolean());
            begun.await();
            var other = checking.createSharedWorkerExecutor("others", 1).executeBlocking(() -> waited(end), false);
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (blocked.stream().filter(name -> name.startsWith("others")).count() < 20) {
                assertThat(System.nanoTime()).as("20 s for the checker").isLessThan(until);
                Thread.onSpinWait();
            }
            assertThat(blocked).noneMatch(name -> name.contains("forces"));
            end.countDown();
            for (var each : List.of(force, other)) {
                each.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
            }
        } finally {
            end.countDown();
            checking.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    private static @Nullable Void waited(CountDownLatch end) throws InterruptedException {
        end.await();
        return null;
    }

    @Test
    void runBlocking_taskThrowsAnError_isItsFailure() throws Exception {
        WorkerExecutor pool = vertx.createSharedWorkerExecutor("open", 1);
        Error thrown = new NoSuchMethodError("of another version");
        var outcome = new java.util.concurrent.CompletableFuture<@Nullable Throwable>();
        new VertxLoop(vertx, vertx.getOrCreateContext(), ForceThreads.of(pool), Clocks.SYSTEM)
                .runBlocking(
                        () -> {
                            throw thrown;
                        },
                        outcome::complete);
        assertThat(outcome.get(20, TimeUnit.SECONDS)).isSameAs(thrown);
    }
}
