package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
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
        new VertxLoop(vertx, vertx.getOrCreateContext(), ForceThreads.of(pool)).runBlocking(() -> null, outcomes::add);
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

    @Test
    void runBlocking_taskThrowsAnError_isItsFailure() throws Exception {
        WorkerExecutor pool = vertx.createSharedWorkerExecutor("open", 1);
        Error thrown = new NoSuchMethodError("of another version");
        var outcome = new java.util.concurrent.CompletableFuture<@Nullable Throwable>();
        new VertxLoop(vertx, vertx.getOrCreateContext(), ForceThreads.of(pool))
                .runBlocking(
                        () -> {
                            throw thrown;
                        },
                        outcome::complete);
        assertThat(outcome.get(20, TimeUnit.SECONDS)).isSameAs(thrown);
    }
}
