package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** On which context a caller's future completes. */
class CallersContextTest extends RealStores {
    private record Completion(@Nullable Context context) {}

    static Stream<Named<Function<Checkpointers, Future<?>>>> calls() {
        return Stream.of(
                Named.of("syncNow(shard)", each -> each.syncNow(1)),
                Named.of("syncNow of a shard that is not", each -> each.syncNow(9)),
                Named.of("syncNow()", each -> each.syncNow()),
                Named.of("reconfigure", each -> each.reconfigure(new CheckpointOptions().setIdleMs(7))),
                Named.of(
                        "reconfigurePressure",
                        each -> each.reconfigurePressure(new io.tidemark.pressure.PressureOptions().setDwellMs(100))),
                Named.of("close", Checkpointers::close));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void future_completesOnTheCallersContext(Function<Checkpointers, Future<?>> call) throws Exception {
        List<PlainFileStore> targets = stores(3);
        Checkpointers checkpointers = deploy("orders", new CheckpointOptions(), targets);
        targets.get(1).write(dirty("orders", 1));
        Context mine = ((ContextInternal) vertx.getOrCreateContext()).unwrap();
        Promise<Completion> completion = Promise.promise();
        mine.runOnContext(nothing -> call.apply(checkpointers)
                .onComplete(done -> completion.complete(new Completion(Vertx.currentContext()))));
        assertThat(await(completion.future()).context()).isSameAs(mine);
    }

    @Test
    void close_twiceFromTwoContexts_eachCompletesOnItsOwn() throws Exception {
        Checkpointers checkpointers = deploy("orders", new CheckpointOptions(), stores(1));
        for (int i = 0; i < 2; i++) {
            Promise<Completion> completion = Promise.promise();
            Promise<Context> mine = Promise.promise();
            vertx.runOnContext(nothing -> {
                mine.complete(Vertx.currentContext());
                checkpointers.close().onComplete(done -> completion.complete(new Completion(Vertx.currentContext())));
            });
            assertThat(await(completion.future()).context()).isSameAs(await(mine.future()));
        }
    }

    /** A caller without a context needs none, nor does one of a closed Vert.x. */
    @Test
    void future_withoutAContextOrAfterTheClose_completes() throws Exception {
        List<PlainFileStore> targets = stores(1);
        Checkpointers checkpointers = deploy("orders", new CheckpointOptions(), targets);
        assertThat(Vertx.currentContext()).isNull();
        targets.get(0).write(dirty("orders", 0));
        targets.get(0).gate = new CountDownLatch(1);
        Future<SyncResult> synced = checkpointers.syncNow(0);
        targets.get(0).gate.countDown();
        assertThat(await(synced).durableIndex()).isEqualTo(1);
        await(vertx.close());
        await(checkpointers.close());
    }
}
