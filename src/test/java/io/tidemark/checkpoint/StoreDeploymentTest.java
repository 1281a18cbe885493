package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidemark.pressure.PressureEvent;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What may be deployed, and what a refused deployment leaves behind: nothing. */
class StoreDeploymentTest extends RealStores {
    private static final CheckpointOptions NEVER_TICKING = new CheckpointOptions().setIntervalMs(3_600_000);

    @Test
    void deploy_twoStores_liveSideBySide() throws Exception {
        List<PlainFileStore> orders = stores(2);
        List<PlainFileStore> sessions = stores(2);
        Checkpointers ordersCheckpointers = proven("orders", NEVER_TICKING, orders);
        Checkpointers sessionsCheckpointers = proven("sessions", NEVER_TICKING, sessions);
        orders.get(1).write(dirty("orders", 1));
        sessions.get(1).write(dirty("sessions", 1));

        assertThat(await(ordersCheckpointers.syncNow(1)).durableIndex()).isEqualTo(1);
        assertThat(sessions.get(1).forces).as("the other store's shard 1").hasValue(0);
        assertThat(dirty("sessions", 1).dirty()).isTrue();

        await(ordersCheckpointers.close());
        assertThat(await(sessionsCheckpointers.syncNow(1)).durableIndex()).isEqualTo(1);
        assertThat(sessions.get(1).forces).hasValue(1);
    }

    @Test
    void deploy_oneOfTheShardsIsTaken_leavesNothingBehind() throws Exception {
        PlainFileStore taken = stores(1).get(0);
        String alone = await(vertx.deployVerticle(
                new CheckpointerVerticle("orders", 1, taken),
                new DeploymentOptions().setConfig(NEVER_TICKING.toJson())));
        int deployments = vertx.deploymentIDs().size();
        List<PlainFileStore> targets = stores(3);

        assertThatThrownBy(() -> deploy("orders", new CheckpointOptions().setMaxConcurrentFsyncs(9), targets))
                .hasMessageContaining("store orders shard 1 has a checkpointer already");

        assertThat(vertx.deploymentIDs()).hasSize(deployments);
        assertThat(targets).allSatisfy(target -> assertThat(target.calls).hasValue(0));
        for (String address : List.of(
                CheckpointAddresses.syncAll("orders"),
                CheckpointAddresses.sync("orders", 0),
                CheckpointAddresses.sync("orders", 2))) {
            assertThatThrownBy(() -> await(vertx.eventBus().request(address, new JsonObject())))
                    .rootCause()
                    .isInstanceOfSatisfying(ReplyException.class, why -> assertThat(why.failureType())
                            .isEqualTo(ReplyFailure.NO_HANDLERS));
        }
        taken.write(dirty("orders", 1));
        await(vertx.eventBus().request(CheckpointAddresses.sync("orders", 1), new JsonObject()));
        assertThat(taken.durable).as("the shard deployed first").isEqualTo(1);

        await(vertx.undeploy(alone));
        Checkpointers checkpointers = deploy("orders", NEVER_TICKING, targets);
        assertThat(await(checkpointers.syncNow())).hasSize(3);
    }

    @Test
    void deploy_unknownOption_leavesTheShardFree() throws Exception {
        PlainFileStore target = stores(1).get(0);
        DeploymentOptions bad = new DeploymentOptions().setConfig(new JsonObject().put("intervalMs", 5));
        assertThatThrownBy(() -> await(vertx.deployVerticle(new CheckpointerVerticle("orders", 0, target), bad)))
                .hasMessageContaining("intervalMs");
        await(vertx.deployVerticle(new CheckpointerVerticle("orders", 0, target)));
    }

    @Test
    void deploy_onAVirtualThread_isRefused() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads need Java 21");
        CheckpointerVerticle verticle =
                new CheckpointerVerticle("orders", 0, stores(1).get(0));
        DeploymentOptions virtual = new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD);
        assertThatThrownBy(() -> await(vertx.deployVerticle(verticle, virtual)))
                .hasMessageContaining("on an event loop");
    }

    @Test
    void deploy_badNameOrNoTargets_isRefusedAtOnce() throws Exception {
        List<PlainFileStore> targets = stores(1);
        assertThatThrownBy(() -> Checkpointers.deploy(vertx, "my store", new CheckpointOptions(), targets))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("`my store`");
        assertThatThrownBy(() -> Checkpointers.deploy(vertx, "orders", new CheckpointOptions(), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("orders has no target");
        assertThatThrownBy(() -> new CheckpointerVerticle("orders", -1, targets.get(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shard -1");
        assertThatThrownBy(() -> DirtyCounter.of(vertx, "orders/0", 0)).hasMessageContaining("`orders/0`");
    }

    /** On Linux a second force reports success although the first one lost pages. */
    @Test
    void deploy_targetWhoseForceFailed_isRefusedUntilReopened() throws Exception {
        List<PlainFileStore> targets = stores(2);
        Checkpointers checkpointers = deploy("orders", NEVER_TICKING, targets);
        targets.get(0).write(dirty("orders", 0));
        targets.get(0).broken = true;
        assertThatThrownBy(() -> await(checkpointers.close())).hasMessageContaining("Input/output error");
        targets.get(0).broken = false;
        int forces = targets.get(0).forces.get();

        assertThatThrownBy(() -> deploy("orders", NEVER_TICKING, targets))
                .hasMessageContaining("store orders shard 0: a force of this target failed");
        assertThat(targets.get(0).forces).hasValue(forces);

        List<PlainFileStore> recovered = List.of(stores(1).get(0), targets.get(1));
        await(deploy("orders", NEVER_TICKING, recovered).syncNow());
        assertThat(dirty("orders", 0).shedding()).isFalse();
    }

    /** It would be dirty for ever, since nothing can make durable what it no longer has. */
    @Test
    void deploy_storeThatFoundLessThanItsPredecessorWrote_becomesClean() throws Exception {
        PlainFileStore before = stores(1).get(0);
        Checkpointers first = deploy("orders", NEVER_TICKING, List.of(before));
        for (int i = 0; i < 10; i++) {
            before.write(dirty("orders", 0));
        }
        await(first.close());

        PlainFileStore after = stores(1).get(0);
        Checkpointers second = proven("orders", NEVER_TICKING, List.of(after));
        assertThat(dirty("orders", 0).dirty())
                .as("nothing has been written yet")
                .isFalse();
        assertThat(after.write(dirty("orders", 0))).isEqualTo(1);
        assertThat(dirty("orders", 0).dirty()).isTrue();
        assertThat(await(second.syncNow(0)).durableIndex()).isEqualTo(1);
        assertThat(dirty("orders", 0).dirty()).isFalse();
        await(second.close());
    }

    @Test
    void deploy_clusteredWithoutANode_isRefusedByName() throws Exception {
        List<PlainFileStore> targets = stores(1);
        assertThatThrownBy(() -> deploy("orders", new CheckpointOptions().setClustered(true), targets))
                .hasMessageContaining("checkpoint.node is not set");
        deploy("orders", NEVER_TICKING, targets);
    }

    @Test
    void reconfigure_otherNodeOrClustered_isRefusedByNameAndChangesNothing() throws Exception {
        CheckpointOptions options =
                new CheckpointOptions(NEVER_TICKING).setNode("a").setClustered(true);
        List<PlainFileStore> targets = stores(1);
        Checkpointers checkpointers = proven("orders", options, targets);
        CheckpointOptions fast = new CheckpointOptions().setIntervalMs(20).setIdleMs(0);
        assertThatThrownBy(() -> await(checkpointers.reconfigure(new CheckpointOptions(fast).setNode("b"))))
                .hasMessageContaining("checkpoint.node can't change while running: it is `a`, asked for `b`");
        assertThatThrownBy(() -> await(checkpointers.reconfigure(new CheckpointOptions(fast).setClustered(false))))
                .hasMessageContaining("checkpoint.clustered can't change");

        BlockingQueue<JsonObject> outcomes = new LinkedBlockingQueue<>();
        vertx.eventBus()
                .<JsonObject>localConsumer(CheckpointAddresses.outcome("orders"), event -> outcomes.add(event.body()));
        targets.get(0).write(dirty("orders", 0));
        assertThat(outcomes.poll(200, TimeUnit.MILLISECONDS))
                .as("a tick every 20 ms")
                .isNull();
        await(checkpointers.reconfigure(fast));
        assertThat(outcomes.poll(10, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void events_nodeWithAName_carryIt() throws Exception {
        BlockingQueue<JsonObject> received = new LinkedBlockingQueue<>();
        vertx.eventBus().<JsonObject>localConsumer(PressureEvent.ADDRESS, event -> received.add(event.body()));
        vertx.eventBus()
                .<JsonObject>localConsumer(CheckpointAddresses.outcome("orders"), event -> received.add(event.body()));
        List<PlainFileStore> targets = stores(1);
        targets.get(0).broken = true;
        Checkpointers checkpointers =
                deploy("orders", new CheckpointOptions(NEVER_TICKING).setNode("berlin-2"), targets);
        targets.get(0).write(dirty("orders", 0));
        assertThatThrownBy(() -> await(checkpointers.syncNow())).hasMessageContaining("Input/output error");
        for (int i = 0; i < 3; i++) { // shed, the outcome, failed
            JsonObject event = received.poll(10, TimeUnit.SECONDS);
            assertThat(event).isNotNull();
            assertThat(event.getString("node")).as(event.encode()).isEqualTo("berlin-2");
            assertThat(event.getString("instance"))
                    .as(event.encode())
                    .isEqualTo(NodeIdentity.of(vertx, "orders").instance());
        }
    }

    @Test
    void deploy_nullForAListenerOrTarget_isRefusedAtOnce() throws Exception {
        List<PlainFileStore> targets = stores(1);
        CheckpointListener none = nothing();
        PlainFileStore noTarget = nothing();
        assertThatThrownBy(() -> Checkpointers.deploy(vertx, "orders", NEVER_TICKING, targets, none))
                .hasMessage("listener");
        assertThatThrownBy(() ->
                        Checkpointers.deploy(vertx, "orders", NEVER_TICKING, Arrays.asList(targets.get(0), noTarget)))
                .hasMessage("target of store orders shard 1");
        assertThatThrownBy(() -> new CheckpointerVerticle("orders", 0, noTarget))
                .hasMessage("target");
        Checkpointers checkpointers = deploy("orders", NEVER_TICKING, targets);
        assertThatThrownBy(() -> checkpointers.addListener(none)).hasMessage("listener");
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // what a caller without static checks may pass
    private static <T> T nothing() {
        return null;
    }

    @Test
    void replies_ofOneAndOfAll_nameTheNode() throws Exception {
        deploy("orders", new CheckpointOptions(NEVER_TICKING).setNode("berlin-2"), stores(1));
        deploy("sessions", NEVER_TICKING, stores(1));
        String instance = NodeIdentity.of(vertx, "orders").instance();
        assertThat(instance).hasSizeGreaterThan(20);
        for (String store : List.of("orders", "sessions")) {
            for (JsonObject request : List.of(new JsonObject(), new JsonObject().put("partial", true))) {
                JsonObject all = await(
                                vertx.eventBus().<JsonObject>request(CheckpointAddresses.syncAll(store), request))
                        .body();
                assertThat(all.getString("node")).isEqualTo(store.equals("orders") ? "berlin-2" : "");
                assertThat(all.getString("instance")).isEqualTo(instance);
            }
            JsonObject one = await(
                            vertx.eventBus().<JsonObject>request(CheckpointAddresses.sync(store, 0), new JsonObject()))
                    .body();
            assertThat(one.getString("instance")).isEqualTo(instance);
        }
        assertThat(failure(
                        SyncFailure.BAD_REQUEST,
                        vertx.eventBus()
                                .request(CheckpointAddresses.sync("orders", 0), new JsonObject().put("soon", true))))
                .startsWith("node berlin-2 (instance " + instance + "): ");
    }

    @Test
    void journal_noSuchShard_fails() throws Exception {
        Checkpointers checkpointers = deploy("orders", NEVER_TICKING, stores(2));
        assertThatThrownBy(() -> checkpointers.journal(2)).hasMessageContaining("no shard 2; it has 2");
        assertThatThrownBy(() -> await(checkpointers.syncNow(-1))).hasMessageContaining("no shard -1");
    }
}
