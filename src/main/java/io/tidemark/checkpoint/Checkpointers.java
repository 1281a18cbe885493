package io.tidemark.checkpoint;

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
    private final String store;
    private volatile CheckpointOptions options;

    private Checkpointers(
            Vertx vertx, StoreVerticle parent, String deployment, String store, CheckpointOptions options) {
        this.vertx = vertx;
        this.parent = parent;
        this.deployment = deployment;
        this.store = store;
        this.options = options;
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
        CheckpointOptions mine = new CheckpointOptions(options);
        return vertx.deployVerticle(parent, new DeploymentOptions().setConfig(mine.toJson()))
                .map(id -> new Checkpointers(vertx, parent, id, store, mine));
    }

    /** The store's name. */
    public String store() {
        return store;
    }

    /** The options in force: those of the deployment, or of the last {@link #reconfigure}; a copy. */
    public CheckpointOptions options() {
        return new CheckpointOptions(options);
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
     * interval ticks from now on, a force under way is watched by the new limits, and permits are counted by the new number
     * at once: a larger one lets others begin, a smaller one lets those that are forcing finish first.
     *
     * @param fresh copied
     * @return completes when every shard has taken them over
     */
    public synchronized Future<Void> reconfigure(CheckpointOptions fresh) {
        options = new CheckpointOptions(fresh);
        return parent.reconfigure(options());
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
