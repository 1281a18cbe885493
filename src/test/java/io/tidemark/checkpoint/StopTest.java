package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** However checkpointers are stopped, it ends with every byte durable and every channel open, or says what is not. */
@Execution(ExecutionMode.CONCURRENT) // they mostly wait
class StopTest extends RealStores {
    private static final CheckpointOptions NEVER_TICKING = new CheckpointOptions().setIntervalMs(3_600_000);
    private static final long SLOW_FORCE_MS = 2_000;

    /** A user's own verticle: it deploys the checkpointers of its stores, which become its children. */
    private static final class DataNode extends VerticleBase {
        private final List<PlainFileStore> targets;
        volatile @Nullable Checkpointers checkpointers;
        volatile long durableAtItsOwnStop = -1;

        DataNode(List<PlainFileStore> targets) {
            this.targets = targets;
        }

        @Override
        public Future<?> start() {
            return Checkpointers.deploy(vertx, "orders", NEVER_TICKING, targets)
                    .onSuccess(deployed -> checkpointers = deployed);
        }

        @Override
        public Future<?> stop() {
            durableAtItsOwnStop = targets.get(0).durable;
            Checkpointers mine = checkpointers;
            return mine == null ? Future.succeededFuture() : mine.close();
        }
    }

    /** Writes all the time, until the store has been drained; marks after each write. */
    private final class Writer extends Thread {
        private final PlainFileStore store;
        private final int shard;
        final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

        Writer(PlainFileStore store, int shard) {
            this.store = store;
            this.shard = shard;
        }

        @Override
        public void run() {
            try {
                while (store.write(dirty("orders", shard)) >= 0) {
                    TimeUnit.MICROSECONDS.sleep(100);
                }
            } catch (Exception e) {
                failure.set(e);
            }
        }
    }

    static Stream<Named<BiFunction<StopTest, Deployed, Future<Void>>>> waysToStop() {
        return Stream.of(
                Named.of("undeploy of the parent", (test, node) -> test.vertx.undeploy(node.deployment())),
                Named.of("Checkpointers.close", (test, node) -> node.checkpointers()
                        .close()),
                Named.of("Vertx.close", (test, node) -> test.vertx.close()));
    }

    private record Deployed(DataNode node, String deployment, Checkpointers checkpointers) {}

    private Deployed deployNode(List<PlainFileStore> targets) throws Exception {
        DataNode node = new DataNode(targets);
        String deployment = await(vertx.deployVerticle(node));
        Checkpointers checkpointers = node.checkpointers;
        assertThat(checkpointers).isNotNull();
        return new Deployed(node, deployment, checkpointers);
    }

    @ParameterizedTest
    @MethodSource("waysToStop")
    void stop_parentStillWritingInMidOfASlowForce_endsWithEveryByteDurable(
            BiFunction<StopTest, Deployed, Future<Void>> stop) throws Exception {
        List<PlainFileStore> targets = stores(2);
        Deployed deployed = deployNode(targets);
        List<Writer> writers = List.of(new Writer(targets.get(0), 0), new Writer(targets.get(1), 1));
        for (PlainFileStore target : targets) {
            target.drains = true;
            target.forceMillis = SLOW_FORCE_MS;
        }
        writers.forEach(Thread::start);
        await("writes", () -> targets.stream().allMatch(target -> target.written() > 0));
        Future<List<SyncResult>> syncs = deployed.checkpointers().syncNow();
        await("forces under way", () -> targets.stream().allMatch(target -> target.forces.get() == 1));
        await("writes beside them", () -> targets.stream().allMatch(target -> target.written() > 100));

        long began = System.nanoTime();
        await(stop.apply(this, deployed));
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);

        for (int shard = 0; shard < 2; shard++) {
            writers.get(shard).join(10_000);
            PlainFileStore target = targets.get(shard);
            assertThat(writers.get(shard).failure.get()).isNull();
            assertThat(target.durable)
                    .as("last durable of " + target.written() + " written")
                    .isEqualTo(target.written());
            assertThat(target.forces).as("the one in flight, and the last").hasValue(2);
            target.requireOpen();
        }
        assertThat(syncs.succeeded()).as("an earlier request was answered").isTrue();
        assertThat(tookMs).as("it waited for both forces").isGreaterThan(SLOW_FORCE_MS);
        System.out.printf(
                "StopTest: %d and %d records, stopped in mid-force, all durable after %d ms%n",
                targets.get(0).written(), targets.get(1).written(), tookMs);
    }

    @Test
    void undeployParent_itsOwnStopComesAfterTheLastGeneration() throws Exception {
        List<PlainFileStore> targets = stores(1);
        Deployed deployed = deployNode(targets);
        targets.get(0).drains = true;
        for (int i = 0; i < 7; i++) {
            targets.get(0).write(dirty("orders", 0));
        }
        await(vertx.undeploy(deployed.deployment()));
        assertThat(deployed.node().durableAtItsOwnStop).isEqualTo(7);
    }

    @Test
    void close_againOrAfterVertxStoppedThem_hasTheSameOutcome() throws Exception {
        List<PlainFileStore> targets = stores(1);
        Deployed deployed = deployNode(targets);
        await(vertx.undeploy(deployed.deployment()));
        await(deployed.checkpointers().close());
        await(deployed.checkpointers().close());

        List<PlainFileStore> broken = stores(1);
        broken.get(0).broken = true;
        Deployed failing = deployNode(broken);
        broken.get(0).write(dirty("orders", 0));
        assertThatThrownBy(() -> await(vertx.undeploy(failing.deployment())))
                .hasMessageContaining("store orders shard 0 was not made durable");
        assertThatThrownBy(() -> await(failing.checkpointers().close()))
                .hasMessageContaining("store orders shard 0 was not made durable");
    }

    /** Vert.x would continue at the first child that fails, and interrupt the others when it closes their pool. */
    @ParameterizedTest
    @MethodSource("waysToStop")
    void stop_oneShardFails_theOthersStillEndDurable(BiFunction<StopTest, Deployed, Future<Void>> stop)
            throws Exception {
        List<PlainFileStore> targets = stores(3);
        Deployed deployed = deployNode(targets);
        for (int shard = 0; shard < 3; shard++) {
            targets.get(shard).write(dirty("orders", shard));
        }
        targets.get(0).broken = true;
        targets.get(1).gate = new CountDownLatch(1);
        targets.get(2).forceMillis = 100;
        Future<Void> stopped = stop.apply(this, deployed);
        await("the failing and the slow force", () -> targets.get(2).durable == 1);
        assertThat(stopped.isComplete()).as("one force is still under way").isFalse();
        targets.get(1).gate.countDown();
        assertThatThrownBy(() -> {
                    await(stopped);
                    await(deployed.checkpointers().close()); // Vertx.close logs, and succeeds
                })
                .hasMessageContaining("store orders shard 0 was not made durable")
                .hasMessageContaining("Input/output error");
        assertThat(targets.get(1).durable).isEqualTo(1);
        for (PlainFileStore target : targets) {
            target.requireOpen();
        }
    }

    /** With the default {@link CheckpointTarget#drain}, which knows of no writer. */
    @Test
    void stop_storeThatNeverDrains_ends() throws Exception {
        List<PlainFileStore> targets = stores(1);
        PlainFileStore store = targets.get(0);
        Checkpointers checkpointers = deploy("orders", NEVER_TICKING, targets);
        DirtyCounter dirty = dirty("orders", 0);
        store.meanwhile = () -> store.write(dirty);
        store.write(dirty);
        assertThatThrownBy(() -> await(checkpointers.close()))
                .hasMessageContaining("store orders shard 0 is still being written although it was asked to drain");
        assertThat(store.forces).as("last generations").hasValue(8);
        assertThat(store.durable).isEqualTo(store.written() - 1);
    }
}
