package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.pressure.PressureReason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One shard's checkpointer as a verticle. Deploy it on an event loop, one per store and shard; {@link Checkpointers}
 * deploys a whole store.
 *
 * <p>It ticks by {@code setPeriodic}, forces by {@code executeBlocking} on a named pool, serves {@link CheckpointAddresses#sync},
 * and publishes each outcome and each change of pressure. Its options are the deployment's
 * configuration, see {@link CheckpointOptions#CheckpointOptions(JsonObject)}.
 *
 * <p>Undeploying it drains the store, runs a last generation, and ends with everything durable, or fails and says what is not.
 * It never interrupts a force; while one hangs, it waits. The store must keep its files open until the undeployment has ended.
 *
 * <p>The constructor may be called on any thread; all other methods are called by Vert.x.
 *
 * @since 0.1
 */
public final class CheckpointerVerticle extends VerticleBase {
    private static final long NO_TIMER = -1;

    private final String store;
    private final int shard;
    private final CheckpointTarget target;
    private final CheckpointListener listener;
    private final @Nullable ForceThreads parentThreads;
    private ShardClaims.@Nullable Claim claim;
    private final List<MessageConsumer<Object>> consumers = new ArrayList<>();
    private final Promise<Void> ended = Promise.promise();
    private long ticks = NO_TIMER;
    private @Nullable NodeNameWatch nameWatch;
    private volatile @Nullable Checkpointer checkpointer;

    /**
     * A standalone checkpointer, with a pool of its own.
     *
     * @param store the store's name, see {@link Checkpointers#deploy}
     * @param shard the shard's number, 0 or more
     * @param target the shard's files; one checkpointer at a time
     * @throws IllegalArgumentException if either is invalid
     */
    public CheckpointerVerticle(String store, int shard, CheckpointTarget target) {
        this(store, shard, target, CheckpointListener.NONE, null, null);
    }

    /** A checkpointer of a store, whose parent has claimed its shard, owns the threads, and reports how it ended. */
    CheckpointerVerticle(
            String store,
            int shard,
            CheckpointTarget target,
            CheckpointListener listener,
            @Nullable ForceThreads parentThreads,
            ShardClaims.@Nullable Claim claim) {
        this.store = StoreName.checked(store);
        this.shard = StoreName.checkedShard(store, shard);
        this.target = Objects.requireNonNull(target, "target");
        this.listener = listener;
        this.parentThreads = parentThreads;
        this.claim = claim;
    }

    @Override
    public Future<?> start() {
        if (!context.isEventLoopContext()) {
            throw new IllegalStateException(
                    name() + " must be deployed on an event loop, not on a worker or virtual thread");
        }
        CheckpointOptions options = new CheckpointOptions(config());
        options.requireConsistent();
        if (parentThreads == null) {
            claim = ShardClaims.claim(vertx, store, shard, List.of(target)).get(0);
        }
        ShardClaims.Claim mine = Objects.requireNonNull(claim);
        NodeIdentity identity = NodeIdentity.named(vertx, options.getNode());
        return listen(options, identity)
                .compose(listening -> takeOver(options, identity))
                .onFailure(why -> mine.release());
    }

    private Future<Void> listen(CheckpointOptions options, NodeIdentity identity) {
        consumers.clear();
        consumers.add(vertx.eventBus().localConsumer(CheckpointAddresses.sync(store, shard)));
        if (options.isClustered()) {
            consumers.add(vertx.eventBus().consumer(CheckpointAddresses.sync(options.getNode(), store, shard)));
        }
        consumers.forEach(consumer -> consumer.handler(
                message -> SyncRequest.answer(message, identity, SyncRequest.SHARD_KEYS, request -> sync(request)
                        .map(SyncResult::toJson))));
        List<Future<Void>> listening = new ArrayList<>(
                consumers.stream().map(MessageConsumer::completion).toList());
        if (options.isClustered() && parentThreads == null) {
            NodeNameWatch watch = new NodeNameWatch(vertx, identity, store + ".shard." + shard);
            nameWatch = watch;
            listening.add(watch.start());
        }
        return Future.join(listening).mapEmpty();
    }

    /** Starts the checkpointer, which is responsible for the shard from now on. */
    private Future<Void> takeOver(CheckpointOptions options, NodeIdentity identity) {
        ForceThreads forces = parentThreads;
        if (forces == null) {
            forces = ForceThreads.of(vertx, store + "." + shard, 1); // no store's name contains a dot
        }
        ForcePermits permits = ForcePermits.of(vertx);
        permits.limit(options.getMaxConcurrentFsyncs());
        DirtyCounter dirty = DirtyCounter.of(vertx, store, shard);
        dirty.share(vertx);
        CheckpointLoop loop = new VertxLoop(vertx, context, forces, Clocks.SYSTEM);
        Checkpointer mine = new Checkpointer(
                store,
                shard,
                target,
                dirty,
                permits,
                loop,
                options,
                new CheckpointListeners(new EventPublisher(identity), listener));
        checkpointer = mine;
        mine.start(tickEvery(options.getIntervalMs(), mine));
        return Future.succeededFuture();
    }

    /** (Re)starts the ticks; returns when the first one is due. */
    private long tickEvery(long intervalMillis, Checkpointer mine) {
        vertx.cancelTimer(ticks);
        long now = Clocks.SYSTEM.nanoTime().getAsLong();
        long first = TickGrid.delayMillis(shard, intervalMillis, TimeUnit.NANOSECONDS.toMillis(now));
        ticks = vertx.setPeriodic(first, intervalMillis, id -> mine.tick());
        return now + TimeUnit.MILLISECONDS.toNanos(first);
    }

    /** Changes the options; on this verticle's event loop. A running generation and its waiters are kept. */
    void reconfigure(CheckpointOptions options) {
        Checkpointer mine = checkpointer;
        if (mine != null && ticks != NO_TIMER) {
            mine.reconfigure(options, tickEvery(options.getIntervalMs(), mine));
        }
    }

    /** Changes the pressure options; on this verticle's event loop. */
    void reconfigure(PressureOptions options) {
        Checkpointer mine = checkpointer;
        if (mine != null) {
            mine.reconfigure(options);
        }
    }

    /** Pressure that the store reports; on this verticle's event loop. */
    void reportPressure(PressureReason reason, PressureLevel level, String detail) {
        Checkpointer mine = checkpointer;
        if (mine != null) {
            mine.reportPressure(reason, level, detail);
        }
    }

    /** The last generations and deferrals, oldest first. Any thread. */
    List<JournalEntry> journal() {
        Checkpointer mine = checkpointer;
        return mine == null ? List.of() : mine.journal().entries();
    }

    /** The shard's status, {@code null} before the start. Any thread. */
    @Nullable
    CheckpointStatus status() {
        Checkpointer mine = checkpointer;
        return mine == null ? null : mine.status();
    }

    @Override
    public Future<?> stop() {
        vertx.cancelTimer(ticks);
        ticks = NO_TIMER;
        Checkpointer mine = checkpointer;
        if (mine == null) {
            return Future.succeededFuture();
        }
        Future<Void> stopped = mine.stop() // sync requests are answered until it has stopped
                .eventually(() -> nameWatch == null ? Future.succeededFuture() : nameWatch.stop())
                .eventually(() -> Future.join(
                        consumers.stream().map(MessageConsumer::unregister).toList()))
                .onComplete(done -> releaseShard(mine));
        if (parentThreads == null) {
            return stopped;
        }
        stopped.onComplete(ended);
        return stopped.otherwiseEmpty();
    }

    private void releaseShard(Checkpointer mine) {
        ShardClaims.Claim held = Objects.requireNonNull(claim);
        if (mine.broken()) {
            held.condemn();
        }
        DirtyCounter.of(vertx, store, shard).unshare(vertx);
        held.release();
    }

    /** The shard as it was left, {@code null} before the end. Any thread. */
    @Nullable
    StoppedShard left() {
        Checkpointer mine = checkpointer;
        return mine == null ? null : mine.left();
    }

    /**
     * How it ended. A store's checkpointer reports it here and not by {@link #stop}: Vert.x abandons the parent and its other
     * children as soon as one child fails to stop.
     */
    Future<Void> ended() {
        return ended.future();
    }

    /** Requests a sync; on this verticle's event loop. Fails with a {@link SyncException}. */
    Future<SyncResult> sync(SyncRequest request) {
        Checkpointer mine = checkpointer;
        if (mine == null) {
            return Future.failedFuture(new SyncException(SyncFailure.UNAVAILABLE, name() + " has not started"));
        }
        return mine.sync(request.deadlineMillis());
    }

    /**
     * Runs a task on this verticle's event loop.
     *
     * @throws java.util.concurrent.RejectedExecutionException if Vert.x has been closed
     */
    void onLoop(Runnable task) {
        context.runOnContext(nothing -> task.run());
    }

    private String name() {
        return "checkpointer of store " + store + " shard " + shard;
    }

    private final class EventPublisher implements CheckpointListener {
        private final NodeIdentity from;

        EventPublisher(NodeIdentity from) {
            this.from = from;
        }

        @Override
        public void ended(CheckpointOutcome outcome) {
            vertx.eventBus().publish(CheckpointAddresses.outcome(store), from.addTo(outcome.toJson()));
        }

        @Override
        public void pressure(PressureEvent event) {
            vertx.eventBus().publish(PressureEvent.ADDRESS, from.addTo(event.toJson()));
        }
    }
}
