package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.pressure.PressureReason;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpointers of one store, one verticle per shard, under a parent that owns the pool on which they force.
 *
 * <p>All methods may be called from any thread, at any time, and return at once. Futures complete on the Vert.x context
 * that the method was called on. Called on a thread without one, they complete on an event loop, as a rule the shard's: what
 * is done there must not block; a handler that comes when they have completed already runs at once, on its own thread. Once
 * Vert.x has been closed they complete on any thread.
 *
 * <p>The verticles belong to whoever deploys them: called in a verticle, they become its children, and undeploying that
 * verticle or closing Vert.x stops them before the verticle's own {@code stop}, in the way of {@link #close}.
 */
public final class Checkpointers {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpointers.class);
    private static final SyncRequest WITHOUT_DEADLINE = new SyncRequest(SyncRequest.NO_DEADLINE, false);

    private final Vertx vertx;
    private final StoreVerticle parent;
    private final String deployment;
    private final String store;
    private volatile CheckpointOptions options;
    private boolean closing;

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
     * @param store the store's name: 1 to 64 letters, digits, {@code _} and {@code -}; any number of stores may live side
     *     by side in one Vert.x instance
     * @param options copied
     * @param targets one or more
     * @return fails with {@link IllegalStateException} if a shard of that store has a checkpointer already, if one of these
     *     very targets is in use, twice here or anywhere else in this process, or if a force of it failed earlier, wherever and
     *     under whatever name that was; nothing is left behind then, and no target has been called
     * @throws IllegalArgumentException if the name is not one, or there is no target
     */
    public static Future<Checkpointers> deploy(
            Vertx vertx, String store, CheckpointOptions options, List<? extends CheckpointTarget> targets) {
        return deploy(vertx, store, options, targets, CheckpointListener.NONE);
    }

    /**
     * The same, and a listener that hears of every generation.
     *
     * @param listener called on the event loop of the shard concerned
     */
    public static Future<Checkpointers> deploy(
            Vertx vertx,
            String store,
            CheckpointOptions options,
            List<? extends CheckpointTarget> targets,
            CheckpointListener listener) {
        StoreName.checked(store);
        Objects.requireNonNull(listener, "listener");
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("store " + store + " has no target");
        }
        for (int shard = 0; shard < targets.size(); shard++) {
            Objects.requireNonNull(targets.get(shard), "target of store " + store + " shard " + shard);
        }
        StoreVerticle parent = new StoreVerticle(store, List.copyOf(targets), listener);
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
     * Makes durable what a shard had applied before this call; at once, without a system call, if it is clean. After {@link
     * #close} a shard that was left durable, and has not been marked since, is still that.
     *
     * @return fails with a {@link SyncException}, also if there is no such shard
     */
    public Future<SyncResult> syncNow(int shard) {
        return CallersContext.bring(parent.sync(shard, WITHOUT_DEADLINE));
    }

    /**
     * {@link #syncNow(int)} for every shard.
     *
     * @return the results in the shards' order; fails with a {@link SyncException} that names each shard that is not
     *     durable, after all have ended
     */
    public Future<List<SyncResult>> syncNow() {
        return CallersContext.bring(parent.syncAll(WITHOUT_DEADLINE).compose(StoreSync::allOrFailure));
    }

    /**
     * Gives every running checkpointer new options. Generations in flight and sync requests that wait are kept; a new
     * interval ticks from now on, a force under way is watched by the new limits, and permits are counted by the new number
     * at once: a larger one lets others begin, a smaller one lets those that are forcing finish first.
     *
     * @param fresh copied
     * @return completes when every shard has taken them over; fails with {@link IllegalArgumentException}, and nothing has
     *     changed, if they name another {@code node} or {@code clustered} than the deployment's. Options that don't say
     *     these leave them as they are
     */
    public synchronized Future<Void> reconfigure(CheckpointOptions fresh) {
        try {
            options = fresh.whileRunning(options);
        } catch (IllegalArgumentException refused) {
            return Future.failedFuture(refused);
        }
        return CallersContext.bring(parent.reconfigure(options()));
    }

    /** Gives every running checkpointer new options for its pressure: how long a cause must have been gone. */
    public Future<Void> reconfigurePressure(PressureOptions options) {
        return CallersContext.bring(parent.reconfigure(new PressureOptions(options)));
    }

    /**
     * Tells a shard's checkpointer what the store knows of its disk, to go with what the checkpointer knows itself. Calls of
     * one thread take effect in order, on the shard's event loop; returns at once. Does nothing after the end.
     *
     * @param level how bad it is; {@code NORMAL}: the cause is gone, and the latch may open when a {@linkplain
     *     CheckpointTarget#probe probe} has succeeded
     * @param detail which file, what happened, what to do
     */
    public void reportPressure(int shard, PressureReason reason, PressureLevel level, String detail) {
        parent.reportPressure(shard, reason, level, detail);
    }

    /** How many shards it has; they are numbered from 0. */
    public int shards() {
        return parent.shards();
    }

    /**
     * How a shard is. Never blocks.
     *
     * @throws IllegalArgumentException if there is no such shard
     */
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
    public void notifyReload(boolean accepted) {
        parent.listeners().reloaded(parent.store(), accepted);
    }

    /**
     * A shard's last 256 generations, deferrals and incidents, oldest first; also after the end. Never blocks.
     *
     * @throws IllegalArgumentException if there is no such shard
     */
    public List<JournalEntry> journal(int shard) {
        return parent.child(shard).journal();
    }

    /**
     * Asks every shard's store to drain, stops every checkpointer after a last generation, and never interrupts a force.
     * Called again, or after Vert.x has stopped them, it tells how that ended.
     *
     * @return fails, after all have ended, if a shard could not be made durable, and says which
     */
    public synchronized Future<Void> close() {
        if (!closing) {
            closing = true;
            undeploy();
        }
        return CallersContext.bring(parent.ended());
    }

    /** How it ends shows in the parent, also where Vert.x has stopped it, or is about to. */
    private void undeploy() {
        try {
            vertx.undeploy(deployment);
        } catch (RejectedExecutionException closed) {
            LOG.debug("store {}: Vert.x has been closed", store, closed);
        }
    }
}
