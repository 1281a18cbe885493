package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.pressure.PressureReason;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.LocalMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One shard's checkpointer as a verticle. Deploy it on an event loop, one per store and shard; {@link Checkpointers}
 * deploys a whole store.
 *
 * <p>It ticks by {@code setPeriodic}, forces by {@code executeBlocking} on a named pool, listens on {@link
 * CheckpointAddresses#sync}, and publishes each outcome and each change of pressure. Its options are the deployment's
 * configuration, see {@link CheckpointOptions#CheckpointOptions(JsonObject)}. Undeploying it ends with everything durable,
 * or fails and says what is not.
 */
public final class CheckpointerVerticle extends VerticleBase {
    private static final String DEPLOYED = "tidemark.checkpointers";
    private static final long NO_TIMER = -1;
    private static final long LONGEST_DEADLINE_MS = TimeUnit.DAYS.toMillis(1);

    private final String store;
    private final int shard;
    private final CheckpointTarget target;
    private final CheckpointListener listener;
    private final @Nullable WorkerExecutor pool;
    private long ticks = NO_TIMER;
    private volatile @Nullable Checkpointer checkpointer;
    private @Nullable MessageConsumer<JsonObject> consumer;

    /** A checkpointer that stands alone, with a pool of its own. */
    public CheckpointerVerticle(String store, int shard, CheckpointTarget target) {
        this(store, shard, target, CheckpointListener.NONE, null);
    }

    CheckpointerVerticle(
            String store,
            int shard,
            CheckpointTarget target,
            CheckpointListener listener,
            @Nullable WorkerExecutor pool) {
        this.store = StoreName.checked(store);
        this.shard = shard;
        this.target = target;
        this.listener = listener;
        this.pool = pool;
    }

    @Override
    public Future<?> start() {
        if (!context.isEventLoopContext()) {
            throw new IllegalStateException(
                    name() + " must be deployed on an event loop, not on a worker or virtual thread");
        }
        CheckpointOptions options = new CheckpointOptions(config());
        if (deployed().putIfAbsent(name(), true) != null) {
            throw new IllegalStateException(name() + " has a checkpointer already");
        }
        WorkerExecutor forces =
                pool != null ? pool : vertx.createSharedWorkerExecutor("tidemark-checkpoint-" + store + "-" + shard, 1);
        ForcePermits permits = ForcePermits.of(vertx);
        permits.limit(options.getMaxConcurrentFsyncs());
        Checkpointer mine = new Checkpointer(
                store,
                shard,
                target,
                DirtyCounter.of(vertx, store, shard),
                permits,
                new VertxLoop(vertx, context, forces),
                options,
                new Publishing());
        checkpointer = mine;
        mine.start(tickEvery(options.getIntervalMs(), mine));
        MessageConsumer<JsonObject> requests = vertx.eventBus().localConsumer(CheckpointAddresses.sync(store, shard));
        consumer = requests.handler(this::answer);
        return requests.completion();
    }

    /** (Re)starts the ticks; returns when the first one comes. */
    private long tickEvery(long intervalMillis, Checkpointer mine) {
        vertx.cancelTimer(ticks);
        long now = System.nanoTime();
        long first = TickGrid.delayMillis(shard, intervalMillis, TimeUnit.NANOSECONDS.toMillis(now));
        ticks = vertx.setPeriodic(first, intervalMillis, id -> mine.tick());
        return now + TimeUnit.MILLISECONDS.toNanos(first);
    }

    /** Takes new options over; on this verticle's event loop. A generation in flight and its waiters are not touched. */
    void reconfigure(CheckpointOptions options) {
        Checkpointer mine = checkpointer;
        if (mine != null && ticks != NO_TIMER) {
            mine.reconfigure(options, tickEvery(options.getIntervalMs(), mine));
        }
    }

    /** The same for its pressure. */
    void reconfigure(PressureOptions options) {
        Checkpointer mine = checkpointer;
        if (mine != null) {
            mine.reconfigure(options);
        }
    }

    /** What the store knows of its disk; on this verticle's event loop. */
    void press(PressureReason reason, PressureLevel level, String detail) {
        Checkpointer mine = checkpointer;
        if (mine != null) {
            mine.press(reason, level, detail);
        }
    }

    /** The last generations and deferrals, oldest first. Any thread. */
    List<JournalEntry> journal() {
        Checkpointer mine = checkpointer;
        return mine == null ? List.of() : mine.journal().entries();
    }

    @Override
    public Future<?> stop() {
        vertx.cancelTimer(ticks);
        ticks = NO_TIMER;
        Checkpointer mine = checkpointer;
        if (mine == null) {
            return Future.succeededFuture();
        }
        Future<Void> silent = consumer == null ? Future.succeededFuture() : consumer.unregister();
        return silent.transform(unregistered -> mine.stop())
                .onComplete(done -> deployed().remove(name()));
    }

    /** Asks for a sync; on this verticle's event loop. */
    Future<SyncResult> sync() {
        Checkpointer mine = checkpointer;
        return mine == null
                ? Future.failedFuture(new SyncException(SyncFailure.UNAVAILABLE, name() + " has not started"))
                : mine.sync();
    }

    /** Runs a task on this verticle's event loop. */
    void onLoop(Runnable task) {
        context.runOnContext(nothing -> task.run());
    }

    private void answer(Message<JsonObject> request) {
        long deadline;
        try {
            deadline = deadline(request.body());
        } catch (IllegalArgumentException e) {
            request.fail(SyncFailure.BAD_REQUEST.code(), String.valueOf(e.getMessage()));
            return;
        }
        sync().timeout(deadline, TimeUnit.MILLISECONDS)
                .onSuccess(done -> request.reply(done.toJson()))
                .onFailure(why -> {
                    if (why instanceof SyncException known) {
                        request.fail(known.failure().code(), known.getMessage());
                    } else {
                        request.fail(
                                SyncFailure.DEADLINE.code(),
                                name() + " was not durable within " + deadline + " ms; the sync goes on");
                    }
                });
    }

    /** {@code deadline_ms} of a request, a day if there is none. */
    static long deadline(@Nullable Object body) {
        Object value = body instanceof JsonObject json ? json.getValue("deadline_ms") : null;
        if (body != null && !(body instanceof JsonObject)) {
            throw new IllegalArgumentException("the body is `" + body + "`, expected a JSON object {deadline_ms?}");
        }
        if (value == null) {
            return LONGEST_DEADLINE_MS;
        }
        if ((value instanceof Integer || value instanceof Long)
                && ((Number) value).longValue() >= 1
                && ((Number) value).longValue() <= LONGEST_DEADLINE_MS) {
            return ((Number) value).longValue();
        }
        throw new IllegalArgumentException(
                "deadline_ms is `" + value + "`, expected a whole number from 1 to " + LONGEST_DEADLINE_MS);
    }

    private LocalMap<String, Boolean> deployed() {
        return vertx.sharedData().getLocalMap(DEPLOYED);
    }

    private String name() {
        return "checkpointer of store " + store + " shard " + shard;
    }

    private final class Publishing implements CheckpointListener {
        @Override
        public void started(String store, int shard, CheckpointTrigger trigger) {
            listener.started(store, shard, trigger);
        }

        @Override
        public void ended(CheckpointOutcome outcome) {
            vertx.eventBus().publish(CheckpointAddresses.outcome(store), outcome.toJson());
            listener.ended(outcome);
        }

        @Override
        public void pressure(PressureEvent event) {
            vertx.eventBus().publish(PressureEvent.ADDRESS, event.toJson());
            listener.pressure(event);
        }
    }
}
