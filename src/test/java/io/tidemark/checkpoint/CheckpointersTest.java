package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.pressure.PressureReason;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verticles on a real Vert.x over real files. */
class CheckpointersTest {
    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final List<PlainFileStore> stores = new ArrayList<>();

    @BeforeEach
    void makeStores() throws Exception {
        for (int shard = 0; shard < 2; shard++) {
            stores.add(new PlainFileStore(directory.resolve("shard-" + shard)));
        }
    }

    @AfterEach
    void closeAll() throws Exception {
        for (PlainFileStore store : stores) {
            store.gate.countDown();
        }
        await(vertx.close().otherwiseEmpty());
        for (PlainFileStore store : stores) {
            store.close();
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private Checkpointers deploy(CheckpointOptions options) throws Exception {
        return await(Checkpointers.deploy(vertx, "orders", options, stores));
    }

    private DirtyCounter dirty(int shard) {
        return DirtyCounter.of(vertx, "orders", shard);
    }

    private JsonObject request(String address, JsonObject body) throws Exception {
        Future<Message<JsonObject>> reply = vertx.eventBus().request(address, body);
        return await(reply).body();
    }

    @Test
    void sync_overTheBus_answersWhenDurable() throws Exception {
        deploy(new CheckpointOptions());
        long index = stores.get(1).write(dirty(1));
        JsonObject reply = request(CheckpointAddresses.sync("orders", 1), new JsonObject());
        assertThat(reply.getLong("durable_index")).isEqualTo(index);
        assertThat(reply.getInteger("files")).isEqualTo(1);
        assertThat(stores.get(1).durable).isEqualTo(index);
        assertThat(stores.get(0).forces).hasValue(0);
    }

    @Test
    void syncAll_overTheBus_answersForEachShard() throws Exception {
        deploy(new CheckpointOptions());
        stores.get(0).write(dirty(0));
        stores.get(1).write(dirty(1));
        JsonObject reply = request(CheckpointAddresses.syncAll("orders"), new JsonObject());
        assertThat(reply.getJsonArray("shards")).hasSize(2);
        assertThat(stores).allSatisfy(store -> assertThat(store.durable).isEqualTo(1));
    }

    @Test
    void sync_badDeadline_isRefusedWithItsValue() throws Exception {
        deploy(new CheckpointOptions());
        assertThatThrownBy(() ->
                        request(CheckpointAddresses.sync("orders", 0), new JsonObject().put("deadline_ms", "soon")))
                .rootCause()
                .isInstanceOfSatisfying(ReplyException.class, why -> {
                    assertThat(why.failureCode()).isEqualTo(SyncFailure.BAD_REQUEST.code());
                    assertThat(why).hasMessageContaining("soon");
                });
    }

    @Test
    void sync_deadlinePasses_callerIsToldAndTheSyncGoesOn() throws Exception {
        deploy(new CheckpointOptions());
        stores.get(0).gate = new CountDownLatch(1);
        stores.get(0).write(dirty(0));
        assertThatThrownBy(
                        () -> request(CheckpointAddresses.sync("orders", 0), new JsonObject().put("deadline_ms", 50)))
                .rootCause()
                .isInstanceOfSatisfying(ReplyException.class, why -> assertThat(why.failureCode())
                        .isEqualTo(SyncFailure.DEADLINE.code()));
        stores.get(0).gate.countDown();
        request(CheckpointAddresses.sync("orders", 0), new JsonObject());
        assertThat(stores.get(0).durable).isEqualTo(1);
    }

    @Test
    void deploy_secondCheckpointerForAShard_isRefused() throws Exception {
        deploy(new CheckpointOptions());
        CheckpointerVerticle second = new CheckpointerVerticle("orders", 0, stores.get(0));
        assertThatThrownBy(() -> await(vertx.deployVerticle(second)))
                .hasMessageContaining("has a checkpointer already");
    }

    @Test
    void deploy_onAWorker_isRefused() {
        CheckpointerVerticle verticle = new CheckpointerVerticle("orders", 0, stores.get(0));
        DeploymentOptions worker = new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER);
        assertThatThrownBy(() -> await(vertx.deployVerticle(verticle, worker)))
                .hasMessageContaining("on an event loop");
    }

    @Test
    void deploy_unknownOption_isRefusedByName() {
        DeploymentOptions options = new DeploymentOptions().setConfig(new JsonObject().put("intervalMs", 5));
        CheckpointerVerticle verticle = new CheckpointerVerticle("orders", 0, stores.get(0));
        assertThatThrownBy(() -> await(vertx.deployVerticle(verticle, options))).hasMessageContaining("intervalMs");
    }

    @Test
    void deploy_aloneAndAStoreNamedAlike_forceOnPoolsOfTheirOwn() throws Exception {
        await(vertx.deployVerticle(new CheckpointerVerticle("orders", 1, stores.get(0))));
        Checkpointers alike =
                await(Checkpointers.deploy(vertx, "orders-1", new CheckpointOptions(), List.of(stores.get(1))));
        CountDownLatch gate = new CountDownLatch(1);
        stores.get(0).gate = gate;
        stores.get(0).write(dirty(1));
        vertx.eventBus().request(CheckpointAddresses.sync("orders", 1), new JsonObject());
        while (stores.get(0).forces.get() == 0) {
            Thread.onSpinWait();
        }
        stores.get(1).write(DirtyCounter.of(vertx, "orders-1", 0));
        assertThat(await(alike.syncNow(0)).durableIndex())
                .as("forced beside the one that hangs")
                .isEqualTo(1);
        gate.countDown();
    }

    @Test
    void undeploy_aloneInMidForce_endsDurable() throws Exception {
        String id = await(vertx.deployVerticle(new CheckpointerVerticle("orders", 0, stores.get(0))));
        undeployInMidForce(() -> vertx.undeploy(id));
    }

    @Test
    void close_storeInMidForce_endsDurable() throws Exception {
        Checkpointers checkpointers = deploy(new CheckpointOptions());
        undeployInMidForce(checkpointers::close);
    }

    @Test
    void vertxClose_inMidForce_endsDurable() throws Exception {
        deploy(new CheckpointOptions());
        undeployInMidForce(vertx::close);
    }

    private void undeployInMidForce(java.util.function.Supplier<Future<Void>> stop) throws Exception {
        PlainFileStore store = stores.get(0);
        CountDownLatch gate = new CountDownLatch(1);
        store.gate = gate;
        store.write(dirty(0));
        vertx.eventBus().request(CheckpointAddresses.sync("orders", 0), new JsonObject());
        while (store.forces.get() == 0) {
            Thread.onSpinWait();
        }
        Future<Void> stopped = stop.get();
        store.write(dirty(0));
        gate.countDown();
        await(stopped);
        assertThat(store.durable).isEqualTo(2);
        assertThat(store.forces).hasValue(2);
        store.write(dirty(0));
    }

    @Test
    void close_lastForceFails_failsAndTheOtherShardIsDurable() throws Exception {
        Checkpointers checkpointers = deploy(new CheckpointOptions());
        stores.get(0).broken = true;
        stores.get(0).write(dirty(0));
        stores.get(1).write(dirty(1));
        assertThatThrownBy(() -> await(checkpointers.close()))
                .hasMessageContaining("store orders shard 0")
                .hasMessageContaining("Input/output error");
        assertThat(stores.get(1).durable).isEqualTo(1);
    }

    @Test
    void force_fails_publishesPressureOnce() throws Exception {
        BlockingQueue<JsonObject> received = new LinkedBlockingQueue<>();
        vertx.eventBus().<JsonObject>localConsumer(PressureEvent.ADDRESS, event -> received.add(event.body()));
        Checkpointers checkpointers = deploy(new CheckpointOptions());
        stores.get(0).broken = true;
        stores.get(0).write(dirty(0));
        assertThatThrownBy(() -> await(checkpointers.syncNow(0))).hasMessageContaining("Input/output error");
        JsonObject shed = received.poll(10, TimeUnit.SECONDS);
        JsonObject failed = received.poll(10, TimeUnit.SECONDS);
        assertThat(shed).isNotNull();
        assertThat(shed.getString("level")).isEqualTo("SHED");
        assertThat(shed.getString("reason")).isEqualTo("FSYNC_FAILED");
        assertThat(shed.getInteger("shard")).isZero();
        assertThat(failed).isNotNull();
        assertThat(failed.getString("level")).isEqualTo("FAILED");
        assertThat(dirty(0).shedding()).isTrue();
        assertThat(dirty(1).shedding()).isFalse();
    }

    @Test
    void ticks_dirtyShard_isForcedWithoutBeingAsked() throws Exception {
        BlockingQueue<JsonObject> received = new LinkedBlockingQueue<>();
        vertx.eventBus()
                .<JsonObject>localConsumer(CheckpointAddresses.outcome("orders"), event -> received.add(event.body()));
        deploy(new CheckpointOptions().setIntervalMs(50).setIdleMs(10));
        stores.get(0).write(dirty(0));
        while (dirty(0).durableIndex() < 1) {
            assertThat(received.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
        assertThat(stores.get(0).durable).isEqualTo(1);
    }

    @Test
    void reconfigure_shorterInterval_ticksWithIt() throws Exception {
        Checkpointers checkpointers = deploy(new CheckpointOptions().setIntervalMs(3_600_000));
        stores.get(0).write(dirty(0));
        BlockingQueue<JsonObject> received = new LinkedBlockingQueue<>();
        vertx.eventBus()
                .<JsonObject>localConsumer(CheckpointAddresses.outcome("orders"), event -> received.add(event.body()));
        await(checkpointers.reconfigure(
                new CheckpointOptions().setIntervalMs(50).setIdleMs(0)));
        do {
            assertThat(received.poll(10, TimeUnit.SECONDS))
                    .isNotNull(); // an outcome is published after it is in the journal
        } while (stores.get(0).durable == 0);
        assertThat(checkpointers.journal(0)).isNotEmpty();
    }

    @Test
    void reconfigure_morePermits_aSecondShardIsForcedBesideTheHangingOne() throws Exception {
        Checkpointers checkpointers = deploy(new CheckpointOptions().setMaxConcurrentFsyncs(1));
        stores.get(0).gate = new CountDownLatch(1);
        stores.get(0).write(dirty(0));
        stores.get(1).write(dirty(1));
        Future<SyncResult> hangs = checkpointers.syncNow(0);
        while (stores.get(0).forces.get() == 0) {
            Thread.onSpinWait();
        }
        Future<SyncResult> waits = checkpointers.syncNow(1);
        assertThatThrownBy(() -> await(waits.timeout(100, TimeUnit.MILLISECONDS)))
                .as("one permit, and it is taken")
                .hasMessageContaining("imeout");
        await(checkpointers.reconfigure(checkpointers.options().setMaxConcurrentFsyncs(2)));
        assertThat(await(waits).durableIndex()).isEqualTo(1);
        assertThat(hangs.isComplete()).isFalse();
        stores.get(0).gate.countDown();
        await(hangs);
    }

    @Test
    void options_areThoseInForce() throws Exception {
        Checkpointers checkpointers = deploy(new CheckpointOptions().setIdleMs(7));
        assertThat(checkpointers.store()).isEqualTo("orders");
        assertThat(checkpointers.options().getIdleMs()).isEqualTo(7);
        await(checkpointers.reconfigure(new CheckpointOptions().setIdleMs(8)));
        checkpointers.options().setIdleMs(9);
        assertThat(checkpointers.options().getIdleMs()).isEqualTo(8);
    }

    @Test
    void pressure_subscriberHearsEachTransitionOnce_inOrder() throws Exception {
        Checkpointers deployed = deploy(new CheckpointOptions());
        await(deployed.reconfigurePressure(new PressureOptions().setDwellMs(10)));
        List<BlockingQueue<String>> received = List.of(new LinkedBlockingQueue<>(), new LinkedBlockingQueue<>());
        vertx.eventBus().<JsonObject>localConsumer(PressureEvent.ADDRESS, event -> received.get(
                        event.body().getInteger("shard"))
                .add(event.body().getString("level") + " " + event.body().getString("reason")));
        for (int round = 0; round < 20; round++) {
            for (int shard = 0; shard < 2; shard++) {
                deployed.reportPressure(shard, PressureReason.LOG_STALLED, PressureLevel.WARN, "slow");
                deployed.reportPressure(shard, PressureReason.LOG_STALLED, PressureLevel.WARN, "still slow");
                deployed.reportPressure(shard, PressureReason.LOW_SPACE, PressureLevel.SHED, "full");
                deployed.reportPressure(shard, PressureReason.LOG_STALLED, PressureLevel.SHED, "hangs");
                deployed.reportPressure(shard, PressureReason.APPEND_FAILED, PressureLevel.FAILED, "broken");
                for (PressureReason reason : PressureReason.values()) {
                    deployed.reportPressure(shard, reason, PressureLevel.NORMAL, "over");
                }
            }
            for (BlockingQueue<String> each : received) {
                assertThat(take(each)).isEqualTo("WARN LOG_STALLED");
                assertThat(take(each)).isEqualTo("SHED LOW_SPACE");
                assertThat(take(each)).isEqualTo("FAILED APPEND_FAILED");
                String next = take(each); // whose latch opens first is the probes' business
                for (; !next.startsWith("NORMAL"); next = take(each)) {
                    assertThat(next).startsWith("SHED");
                }
                assertThat(each).isEmpty();
            }
        }
    }

    private static String take(BlockingQueue<String> received) throws InterruptedException {
        return String.valueOf(received.poll(20, TimeUnit.SECONDS));
    }
}
