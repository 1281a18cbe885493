package io.tidemark.checkpoint;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Objects;

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

    /** The store's name. */
    public String store() {
        return parent.store();
    }

    /** How many shards it has; they are numbered from 0. */
    public int shards() {
        return parent.shards();
    }

    /** How a shard is. Never blocks. */
    public CheckpointStatus status(int shard) {
        return Objects.requireNonNull(parent.child(shard).status(), "not started");
    }

    /** From now on this listener hears, too. What went before is in {@link #status} and {@link #journal}. */
    public void addListener(CheckpointListener listener) {
        parent.listeners().add(listener);
    }

    /** This listener hears no more. */
    public void removeListener(CheckpointListener listener) {
        parent.listeners().remove(listener);
    }

    /** Tells the listeners that new options came to this store, and whether they could be used. */
    public void reloaded(boolean accepted) {
        parent.listeners().reloaded(parent.store(), accepted);
    }

    /** A shard's last 256 generations, deferrals and incidents, oldest first. Never blocks. */
    public List<JournalEntry> journal(int shard) {
        return parent.child(shard).journal();
    }

    /** Stops every checkpointer after a last generation; fails if a shard could not be made durable. */
    public Future<Void> close() {
        return parent.stopChildren().eventually(() -> vertx.undeploy(deployment));
    }
}
