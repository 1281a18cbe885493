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
 * that the method was called on. If it was called on a thread without one, they complete on an event loop, usually the shard's,
 * where handlers must not block; a handler that is added after completion runs at once, on the adding thread. Once Vert.x has
 * been closed they complete on any thread.
 *
 * <p>Checkpointers deployed from a verticle become its children: undeploying that verticle, or closing Vert.x, stops them before
 * the verticle's own {@code stop}, as {@link #close} does.
 *
 * @since 0.1
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
     * @param vertx the Vert.x instance
     * @param store the store's name: 1 to 64 letters, digits, {@code _} and {@code -}; any number of stores may share one
     *     Vert.x instance
     * @param options copied
     * @param targets one or more
     * @return fails with {@link IllegalStateException} if a shard of that store already has a checkpointer, if a target is
     *     given twice or is in use anywhere in this process, or if a force of a target has failed before, under whatever name.
     *     Then nothing is left behind, and no target has been called
     * @throws IllegalArgumentException if the name is invalid, or there is no target
     */
    public static Future<Checkpointers> deploy(
            Vertx vertx, String store, CheckpointOptions options, List<? extends CheckpointTarget> targets) {
        return deploy(vertx, store, options, targets, CheckpointListener.NONE);
    }

    /**
     * As {@link #deploy(Vertx, String, CheckpointOptions, List)}, with a listener that is notified of every generation.
     *
     * @param vertx the Vert.x instance
     * @param store see there
     * @param options copied
     * @param targets one per shard
     * @param listener called on the shard's event loop
     * @return as there
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

    /** {@return the store's name} */
    public String store() {
        return store;
    }

    /** {@return the options in force: those of the deployment, or of the last {@link #reconfigure}; a copy} */
    public CheckpointOptions options() {
        return new CheckpointOptions(options);
    }

    /**
     * Makes durable what a shard had applied before this call. Completes at once, without a system call, if the shard is clean.
     * After {@link #close} it succeeds if the shard was left durable and nothing has been marked or applied since.
     *
     * @param shard the shard's number, from 0
     * @return fails with a {@link SyncException}, also if the shard does not exist
     */
    public Future<SyncResult> syncNow(int shard) {
        return CallersContext.bring(parent.sync(shard, WITHOUT_DEADLINE));
    }

    /**
     * {@link #syncNow(int)} for every shard.
     *
     * @return the results in the shards' order; fails with a {@link SyncException} that names each shard that is not
     *     durable, after all syncs have ended
     */
    public Future<List<SyncResult>> syncNow() {
        return CallersContext.bring(parent.syncAll(WITHOUT_DEADLINE).compose(StoreSync::allOrFailure));
    }

    /**
     * Gives every running checkpointer new options. Running generations and waiting sync requests are kept. The new interval
     * starts now, a running force is judged by the new limits, and the number of permits changes at once: a larger one lets
     * others start, a smaller one lets those that are forcing finish first.
     *
     * @param fresh copied
     * @return completes when every shard uses them; fails with {@link IllegalArgumentException}, and nothing has changed, if
     *     {@code node} or {@code clustered} differ from the deployment's. Options that don't set these keep them
     */
    public synchronized Future<Void> reconfigure(CheckpointOptions fresh) {
        try {
            options = fresh.whileRunning(options);
        } catch (IllegalArgumentException refused) {
            return Future.failedFuture(refused);
        }
        return CallersContext.bring(parent.reconfigure(options()));
    }

    /**
     * Gives every running checkpointer new pressure options: how long a cause must have been gone.
     *
     * @param options the new options
     * @return completes when every checkpointer has them
     */
    public Future<Void> reconfigurePressure(PressureOptions options) {
        return CallersContext.bring(parent.reconfigure(new PressureOptions(options)));
    }

    /**
     * Reports pressure that the store itself has found, in addition to what its checkpointer finds. Returns at once; the calls of
     * one thread take effect in order, on the shard's event loop. Does nothing after the checkpointer has stopped.
     *
     * @param shard the shard's number, from 0
     * @param reason the kind of cause
     * @param level how severe the cause is; {@code NORMAL} if it is gone, so that the latch may open when a {@linkplain
     *     CheckpointTarget#probe probe} has succeeded
     * @param detail which file, what happened, what to do
     */
    public void reportPressure(int shard, PressureReason reason, PressureLevel level, String detail) {
        parent.reportPressure(shard, reason, level, detail);
    }

    /** {@return the number of shards; they are numbered from 0} */
    public int shards() {
        return parent.shards();
    }

    /**
     * {@return a shard's status} Never blocks.
     *
     * @param shard the shard's number, from 0
     * @throws IllegalArgumentException if the shard does not exist
     */
    public CheckpointStatus status(int shard) {
        return Objects.requireNonNull(parent.child(shard).status(), "not started");
    }

    /**
     * Adds a listener. Earlier events are in {@link #status} and {@link #journal}.
     *
     * @param listener the listener
     */
    public void addListener(CheckpointListener listener) {
        parent.listeners().add(listener);
    }

    /**
     * Removes a listener.
     *
     * @param listener the listener
     */
    public void removeListener(CheckpointListener listener) {
        parent.listeners().remove(listener);
    }

    /**
     * Notifies the listeners that new options for this store were accepted or rejected.
     *
     * @param accepted true if they are in use now
     */
    public void notifyReload(boolean accepted) {
        parent.listeners().reloaded(parent.store(), accepted);
    }

    /**
     * {@return a shard's last 256 generations, deferrals and incidents, oldest first; also after it has stopped} Never blocks.
     *
     * @param shard the shard's number, from 0
     * @throws IllegalArgumentException if the shard does not exist
     */
    public List<JournalEntry> journal(int shard) {
        return parent.child(shard).journal();
    }

    /**
     * Drains every shard's store and stops every checkpointer after a last generation. Never interrupts a force. Further calls,
     * also after Vert.x has stopped the checkpointers, return the same outcome.
     *
     * @return fails, after all have stopped, if a shard could not be made durable, and names it
     */
    public synchronized Future<Void> close() {
        if (!closing) {
            closing = true;
            undeploy();
        }
        return CallersContext.bring(parent.ended());
    }

    /** The parent has the outcome, also if Vert.x stops it. */
    private void undeploy() {
        try {
            vertx.undeploy(deployment);
        } catch (RejectedExecutionException closed) {
            LOG.debug("store {}: Vert.x has been closed", store, closed);
        }
    }
}
