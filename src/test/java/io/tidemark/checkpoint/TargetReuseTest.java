package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A target object is forced by one checkpointer at a time, and never again once a force of it has failed. Over real files. */
class TargetReuseTest extends RealStores {
    private static final CheckpointOptions NEVER_TICKING = new CheckpointOptions().setIntervalMs(3_600_000);
    private final Vertx other = Vertx.vertx();

    @AfterEach
    void closeOther() throws Exception {
        await(other.close().otherwiseEmpty());
    }

    /** One whose force has failed under the name "orders", on a disk that says afterwards that all is well. */
    private PlainFileStore failed() throws Exception {
        PlainFileStore store = stores(1).get(0);
        Checkpointers checkpointers = deploy("orders", NEVER_TICKING, List.of(store));
        store.write(dirty("orders", 0));
        store.broken = true;
        assertThatThrownBy(() -> await(checkpointers.close())).hasMessageContaining("Input/output error");
        store.broken = false;
        return store;
    }

    @Test
    void I5_deploy_failedTargetAfterAnotherOneOfItsName_isRefused() throws Exception {
        PlainFileStore failed = failed();
        int forces = failed.forces.get();
        await(proven("orders", NEVER_TICKING, stores(1)).close());
        assertThatThrownBy(() -> deploy("orders", NEVER_TICKING, List.of(failed)))
                .hasMessageContaining(
                        "store orders shard 0: a force of this target failed, and a later one proves nothing");
        assertThat(failed.forces)
                .as("forces of a target whose force had failed")
                .hasValue(forces);
        await(proven("orders", NEVER_TICKING, stores(1)).close());
    }

    enum Where {
        ANOTHER_STORE,
        ANOTHER_SHARD,
        ALONE,
        ANOTHER_VERTX
    }

    private Future<?> deploy(Where where, PlainFileStore target) throws Exception {
        return switch (where) {
            case ANOTHER_STORE -> Checkpointers.deploy(vertx, "sessions", NEVER_TICKING, List.of(target));
            case ANOTHER_SHARD ->
                Checkpointers.deploy(
                        vertx, "sessions", NEVER_TICKING, List.of(stores(1).get(0), target));
            case ALONE -> vertx.deployVerticle(new CheckpointerVerticle("sessions", 7, target));
            case ANOTHER_VERTX -> Checkpointers.deploy(other, "orders", NEVER_TICKING, List.of(target));
        };
    }

    @ParameterizedTest
    @EnumSource
    void I5_deploy_failedTargetAnywhere_isRefusedAndLeavesNothing(Where where) throws Exception {
        PlainFileStore failed = failed();
        int calls = failed.calls.get();
        assertThatThrownBy(() -> await(deploy(where, failed))).hasMessageContaining("a force of this target failed");
        assertThat(failed.calls).hasValue(calls);
        await(deploy(where, stores(1).get(0)));
    }

    @ParameterizedTest
    @EnumSource
    void deploy_targetInUse_isRefusedUntilItIsFree(Where where) throws Exception {
        PlainFileStore target = stores(1).get(0);
        Checkpointers checkpointers = proven("orders", NEVER_TICKING, List.of(target));
        assertThatThrownBy(() -> await(deploy(where, target)))
                .hasMessageContaining(
                        "this target is in use as store orders shard 0; each shard needs a target of its own");
        assertThat(target.write(dirty("orders", 0))).isEqualTo(1);
        assertThat(await(checkpointers.syncNow(0)).durableIndex()).isEqualTo(1);
        await(checkpointers.close());
        await(deploy(where, target));
    }

    @Test
    void deploy_oneTargetForTwoShards_isRefusedAndLeavesBothFree() throws Exception {
        PlainFileStore target = stores(1).get(0);
        assertThatThrownBy(() -> deploy("orders", NEVER_TICKING, List.of(target, target)))
                .hasMessageContaining("store orders shard 1: this target is in use as store orders shard 0");
        assertThat(target.calls).hasValue(0);
        await(proven("orders", NEVER_TICKING, List.of(target, stores(1).get(0))).close());
    }
}
