package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.pressure.PressureReason;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a store's checkpointers and their addresses answer while they end, and afterwards. */
class EndOfLifeTest extends RealStores {
    private static final CheckpointOptions NEVER_TICKING = new CheckpointOptions().setIntervalMs(3_600_000);

    private enum VertxCloses {
        NEVER,
        BEFORE,
        BESIDE,
        BEHIND,
        AFTERWARDS
    }

    private Future<Void> close(Checkpointers checkpointers, VertxCloses when) throws Exception {
        Future<Void> first = Future.succeededFuture();
        if (when == VertxCloses.BEFORE) {
            await(vertx.close());
        } else if (when == VertxCloses.BESIDE) {
            first = vertx.close();
        }
        Future<Void> closed = checkpointers.close();
        if (when == VertxCloses.BEHIND) {
            await(vertx.close());
        } else if (when == VertxCloses.AFTERWARDS) {
            await(closed);
            await(vertx.close());
        }
        await(first);
        return closed;
    }

    /** As documented: further calls, also after Vert.x has stopped them, return the same outcome. */
    @ParameterizedTest
    @EnumSource(VertxCloses.class)
    void close_inAnyOrderWithThatOfVertx_isAFutureThatAnswers(VertxCloses when) throws Exception {
        List<PlainFileStore> targets = stores(2);
        Checkpointers checkpointers = proven("orders", NEVER_TICKING, targets);
        targets.get(0).write(dirty("orders", 0));
        targets.get(0).forceMillis = 100;
        Future<Void> closed = close(checkpointers, when);
        for (Future<Void> each : List.of(closed, checkpointers.close())) {
            CompletableFuture<String> outcome = new CompletableFuture<>();
            each.map("all")
                    .compose(said -> Future.succeededFuture(said + " durable"))
                    .onComplete(done -> outcome.complete(String.valueOf(done.result())));
            assertThat(outcome.get(20, TimeUnit.SECONDS)).isEqualTo("all durable");
        }
        assertThat(targets.get(0).durable).isEqualTo(1);
        targets.get(0).requireOpen();
    }

    @ParameterizedTest
    @EnumSource(VertxCloses.class)
    void sync_afterTheEnd_durableShardsAreDurableStill(VertxCloses when) throws Exception {
        List<PlainFileStore> targets = stores(2);
        Checkpointers checkpointers = deploy("orders", NEVER_TICKING, targets);
        targets.get(1).write(dirty("orders", 1));
        await(close(checkpointers, when));
        assertThat(await(checkpointers.syncNow()))
                .extracting(SyncResult::durableIndex)
                .containsExactly(0L, 1L);
        assertThat(await(checkpointers.syncNow(1)).files())
                .as("nothing was forced for it")
                .isZero();

        targets.get(1).write(dirty("orders", 1));
        assertThatThrownBy(() -> await(checkpointers.syncNow()))
                .rootCause()
                .isInstanceOfSatisfying(
                        SyncException.class, why -> assertThat(why.failure()).isEqualTo(SyncFailure.UNAVAILABLE))
                .hasMessageContaining("1 of 2 shards")
                .hasMessageContaining(
                        "store orders shard 1 has been stopped at index 1; up to 2 has been written since");
        assertThat(await(checkpointers.syncNow(0)).durableIndex()).isZero();
    }

    @ParameterizedTest
    @EnumSource(VertxCloses.class)
    void I2_syncAfterTheEnd_whatWasAppliedWithoutAMark_isNotCalledDurable(VertxCloses when) throws Exception {
        List<PlainFileStore> targets = stores(1);
        Checkpointers checkpointers = deploy("orders", NEVER_TICKING, targets);
        targets.get(0).write(dirty("orders", 0));
        await(close(checkpointers, when));
        assertThat(await(checkpointers.syncNow(0)).durableIndex())
                .as("the control")
                .isEqualTo(1);
        targets.get(0).writeUnmarked();
        assertThatThrownBy(() -> await(checkpointers.syncNow(0)))
                .hasMessageContaining(
                        "store orders shard 0 has been stopped at index 1; up to 2 has been applied since");
    }

    @Test
    void sync_afterTheEnd_shardThatCouldNotBeForced_saysWhy() throws Exception {
        List<PlainFileStore> targets = stores(2);
        Checkpointers checkpointers = proven("orders", NEVER_TICKING, targets);
        targets.get(0).write(dirty("orders", 0));
        targets.get(0).broken = true;
        assertThatThrownBy(() -> await(checkpointers.close())).hasMessageContaining("Input/output error");
        assertThatThrownBy(() -> await(checkpointers.syncNow(0)))
                .hasMessageContaining("store orders shard 0 has been stopped, and not all of it was durable")
                .hasMessageContaining("Input/output error");
        assertThat(await(checkpointers.syncNow(1)).durableIndex()).isZero();
    }

    @ParameterizedTest
    @EnumSource(VertxCloses.class)
    void anyMethod_afterTheEnd_throwsNothing(VertxCloses when) throws Exception {
        Checkpointers checkpointers = proven("orders", NEVER_TICKING, stores(1));
        await(close(checkpointers, when));
        assertThatCode(() -> {
                    checkpointers.reportPressure(0, PressureReason.LOW_SPACE, PressureLevel.SHED, "full");
                    checkpointers.reportPressure(0, PressureReason.LOW_SPACE, PressureLevel.NORMAL, "enough space");
                    checkpointers.addListener(CheckpointListener.NONE);
                    checkpointers.removeListener(CheckpointListener.NONE);
                    checkpointers.notifyReload(true);
                })
                .doesNotThrowAnyException();
        assertThat(checkpointers.status(0).durableIndex()).isZero();
        assertThat(checkpointers.status(0).level()).isEqualTo(PressureLevel.NORMAL);
        assertThat(checkpointers.journal(0)).hasSize(1);
        assertThat(checkpointers.options()).isEqualTo(NEVER_TICKING);
        for (Future<Void> each : List.of(
                checkpointers.reconfigure(new CheckpointOptions()),
                checkpointers.reconfigurePressure(new PressureOptions()))) {
            CompletableFuture<String> outcome = new CompletableFuture<>();
            each.onComplete(done -> outcome.complete(String.valueOf(done.cause())));
            assertThat(outcome.get(20, TimeUnit.SECONDS))
                    .as("null, or why not")
                    .containsAnyOf("null", "Vert.x has been closed");
        }
    }

    /** The Javadoc of {@link CheckpointTarget#drain}: sync requests are still answered meanwhile. */
    @Test
    void drain_whileItLasts_syncRequestsOfTheBusAreAnswered() throws Exception {
        ScriptedStore store = new ScriptedStore();
        store.holdDrain = true;
        CountDownLatch drains = new CountDownLatch(1);
        var held = store.drains;
        store.drains = () -> {
            drains.countDown();
            return held.get();
        };
        Checkpointers checkpointers = await(Checkpointers.deploy(vertx, "orders", NEVER_TICKING, List.of(store)));
        await(checkpointers.syncNow());
        Future<Void> closed = checkpointers.close();
        assertThat(drains.await(20, TimeUnit.SECONDS)).isTrue();
        store.write(dirty("orders", 0), 100);
        for (String address : List.of(CheckpointAddresses.sync("orders", 0), CheckpointAddresses.syncAll("orders"))) {
            assertThat(await(vertx.eventBus().<JsonObject>request(address, new JsonObject()))
                            .body()
                            .encode())
                    .contains("\"durable_index\":1");
        }
        assertThat(await(checkpointers.syncNow(0)).durableIndex()).isEqualTo(1);
        assertThat(closed.isComplete()).isFalse();
        store.drained.complete();
        await(closed);
        assertThatThrownBy(() -> await(vertx.eventBus().request(CheckpointAddresses.syncAll("orders"), null)))
                .hasMessageContaining("No handlers");
    }
}
