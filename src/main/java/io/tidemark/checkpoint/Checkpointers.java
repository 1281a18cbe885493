package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.pressure.PressureReason;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * The checkpointers of one store, one verticle per shard, under a parent that owns the pool on which they force.
 *
 * <p>All methods may be called from any thread.
 */
public final class Checkpointers {
    private final Vertx vertx;
    private final StoreVerticle parent;
    private final String deployment;

    private Checkpointers(Vertx vertx, StoreVerticle parent, String deployment) {
        this.vertx = vertx;
        this.parent = parent;
        this.deployment = deployment;
    }

    /**
     * Deploys one checkpointer per target; the target's place in the list is its shard's number.
     *
     * @param store the store's name: letters, digits, {@code _} and {@code -}
     * @return fails if a shard of that store has a checkpointer already
     */
    public static Future<Checkpointers> deploy(
            Vertx vertx, String store, CheckpointOptions options, List<? extends CheckpointTarget> targets) {
        return deploy(vertx, store, options, targets, CheckpointListener.NONE);
    }

    /** The same, and a listener that hears of every generation. */
    public static Future<Checkpointers> deploy(
            Vertx vertx,
            String store,
            CheckpointOptions options,
            List<? extends CheckpointTarget> targets,
            CheckpointListener listener) {
        StoreVerticle parent = new StoreVerticle(StoreName.checked(store), List.copyOf(targets), listener);
        return vertx.deployVerticle(parent, new DeploymentOptions().setConfig(options.toJson()))
                .map(id -> new Checkpointers(vertx, parent, id));
    }

    /**
     * Makes durable what a shard had applied before this call; at once, without a system call, if it is clean.
     *
     * @return fails with a {@link SyncException}
     */
    public Future<SyncResult> syncNow(int shard) {
        return parent.sync(shard);
    }

    /** {@link #syncNow(int)} for every shard; fails if one fails, after all have ended. */
    public Future<List<SyncResult>> syncNow() {
        return parent.syncAll();
    }

    /**
     * Gives every running checkpointer new options. Generations in flight and sync requests that wait are kept; a new
     * interval ticks from now on.
     *
     * @param options copied
     */
    public Future<Void> reconfigure(CheckpointOptions options) {
        return parent.reconfigure(new CheckpointOptions(options));
    }

    /** Gives every running checkpointer new options for its pressure: how long a cause must have been gone. */
    public Future<Void> reconfigurePressure(PressureOptions options) {
        return parent.reconfigure(new PressureOptions(options));
    }

    /**
     * Tells a shard's checkpointer what the store knows of its disk, to go with what the checkpointer knows itself. Calls of
     * one thread take effect in order, on the shard's event loop; returns at once.
     *
     * @param level how bad it is; {@code NORMAL}: the cause is gone, and the latch may open when a {@linkplain
     *     CheckpointTarget#probe probe} has succeeded
     * @param detail which file, what happened, what to do
     */
    public void press(int shard, PressureReason reason, PressureLevel level, String detail) {
        CheckpointerVerticle child = parent.child(shard);
        child.onLoop(() -> child.press(reason, level, detail));
    }

    /** A shard's last 256 generations and deferrals, oldest first. Never blocks. */
    public List<JournalEntry> journal(int shard) {
        return parent.child(shard).journal();
    }

    /** Stops every checkpointer after a last generation; fails if a shard could not be made durable. */
    public Future<Void> close() {
        return parent.stopChildren().eventually(() -> vertx.undeploy(deployment));
    }
}
