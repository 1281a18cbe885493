package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.pressure.PressureReason;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Parent of a store's checkpointers. It makes the pools in its own {@code start}, because an executor made there outlives its
 * children's {@code stop}, and their last generations need it. It claims all shards before it makes anything, so that a refused
 * deployment leaves nothing behind.
 */
final class StoreVerticle extends VerticleBase {
    private final String store;
    private final List<CheckpointTarget> targets;
    private final CheckpointListeners listeners;
    private final CheckpointSummary summary;
    private final List<CheckpointerVerticle> children = new ArrayList<>();
    private final List<String> deployments = new ArrayList<>();
    private final List<MessageConsumer<Object>> consumers = new ArrayList<>();
    private final Promise<Void> ended = Promise.promise();
    private List<ShardClaims.Claim> claims = List.of();
    private @Nullable NodeNameWatch nameWatch;

    StoreVerticle(String store, List<CheckpointTarget> targets, CheckpointListener listener) {
        this.store = store;
        this.targets = targets;
        this.summary = new CheckpointSummary(store, this::scheduleSummary);
        this.listeners = new CheckpointListeners(summary, listener);
    }

    @Override
    public Future<?> start() {
        CheckpointOptions options = new CheckpointOptions(config());
        options.requireConsistent();
        claims = ShardClaims.claim(vertx, store, 0, targets);
        summary.interval(options.getIntervalMs());
        ForceThreads forces = ForceThreads.of(vertx, store, targets.size());
        List<Future<String>> started = new ArrayList<>();
        for (int shard = 0; shard < targets.size(); shard++) {
            CheckpointerVerticle child =
                    new CheckpointerVerticle(store, shard, targets.get(shard), listeners, forces, claims.get(shard));
            children.add(child);
            started.add(vertx.deployVerticle(child, new DeploymentOptions().setConfig(config()))
                    .onSuccess(deployments::add));
        }
        return Future.join(started).compose(all -> listen(options)).recover(this::rollBack);
    }

    private Future<Void> listen(CheckpointOptions options) {
        EventBus bus = vertx.eventBus();
        NodeIdentity identity = NodeIdentity.deployed(vertx, store, options.getNode());
        consumers.add(bus.localConsumer(CheckpointAddresses.syncAll(store)));
        if (options.isClustered()) {
            consumers.add(bus.consumer(CheckpointAddresses.syncAll(options.getNode(), store)));
        }
        consumers.forEach(consumer -> consumer.handler(
                message -> SyncRequest.answer(message, identity, SyncRequest.STORE_KEYS, this::answer)));
        List<Future<Void>> listening = new ArrayList<>(
                consumers.stream().map(MessageConsumer::completion).toList());
        if (options.isClustered()) {
            NodeNameWatch watch = new NodeNameWatch(vertx, identity, store);
            nameWatch = watch;
            listening.add(watch.start());
        }
        return Future.join(listening).mapEmpty();
    }

    private Future<JsonObject> answer(SyncRequest request) {
        Future<StoreSync> all = syncAll(request);
        return request.partial()
                ? all.map(StoreSync::partial)
                : all.compose(StoreSync::allOrFailure).map(StoreSync::toJson);
    }

    private void scheduleSummary(long delayMillis) {
        vertx.setTimer(delayMillis, timer -> summary.write());
    }

    String store() {
        return store;
    }

    int shards() {
        return targets.size();
    }

    CheckpointListeners listeners() {
        return listeners;
    }

    /** A deployment failed: stops the children that were deployed, then releases the shards. */
    private Future<Void> rollBack(Throwable why) {
        List<Future<Void>> stopped = deployments.stream().map(vertx::undeploy).toList();
        return Future.join(stopped).transform(done -> {
            claims.forEach(ShardClaims.Claim::release);
            return Future.failedFuture(why);
        });
    }

    /** The children have ended by now, successfully or not. */
    @Override
    public Future<?> stop() {
        List<Future<Void>> outcomes =
                children.stream().map(CheckpointerVerticle::ended).toList();
        Future<?> unregistered = Future.join(outcomes)
                .eventually(() -> nameWatch == null ? Future.succeededFuture() : nameWatch.stop())
                .eventually(() -> Future.join(
                        consumers.stream().map(MessageConsumer::unregister).toList()));
        unregistered.onComplete(all -> {
            summary.write();
            String failures = outcomes.stream()
                    .filter(Future::failed)
                    .map(outcome -> String.valueOf(outcome.cause().getMessage()))
                    .collect(Collectors.joining("; "));
            if (failures.isEmpty()) {
                ended.complete();
            } else {
                ended.fail(new SyncException(SyncFailure.FORCE_FAILED, failures));
            }
        });
        return ended.future();
    }

    /** The outcome of {@link #stop}, not bound to a context, which Vert.x may have closed by then. */
    Future<Void> ended() {
        return ended.future();
    }

    Future<SyncResult> sync(int shard, SyncRequest request) {
        if (shard < 0 || shard >= children.size()) {
            return Future.failedFuture(new SyncException(SyncFailure.BAD_REQUEST, noSuchShard(shard)));
        }
        CheckpointerVerticle child = children.get(shard);
        StoppedShard left = child.left();
        if (left != null) {
            return left.sync();
        }
        return onLoop(child, answer -> child.sync(request).onComplete(answer));
    }

    Future<StoreSync> syncAll(SyncRequest request) {
        return StoreSync.of(
                store,
                IntStream.range(0, children.size())
                        .mapToObj(shard -> sync(shard, request))
                        .toList());
    }

    Future<Void> reconfigure(CheckpointOptions options) {
        ForcePermits.of(vertx).limit(options.getMaxConcurrentFsyncs());
        summary.interval(options.getIntervalMs());
        return onEach(child -> child.reconfigure(options));
    }

    Future<Void> reconfigure(PressureOptions options) {
        return onEach(child -> child.reconfigure(options));
    }

    private Future<Void> onEach(Consumer<CheckpointerVerticle> change) {
        List<Future<Void>> done = new ArrayList<>();
        for (CheckpointerVerticle child : children) {
            done.add(onLoop(child, answer -> {
                change.accept(child);
                answer.complete();
            }));
        }
        return Future.join(done).mapEmpty();
    }

    /** See {@link Checkpointers#reportPressure}. */
    void reportPressure(int shard, PressureReason reason, PressureLevel level, String detail) {
        CheckpointerVerticle child = child(shard);
        Future<Void> unused = onLoop(child, answer -> child.reportPressure(reason, level, detail));
    }

    CheckpointerVerticle child(int shard) {
        if (shard < 0 || shard >= children.size()) {
            throw new IllegalArgumentException(noSuchShard(shard));
        }
        return children.get(shard);
    }

    private String noSuchShard(int shard) {
        return "store " + store + " has no shard " + shard + "; it has " + children.size();
    }

    private <T> Future<T> onLoop(CheckpointerVerticle child, Consumer<Promise<T>> task) {
        Promise<T> answer = Promise.promise();
        try {
            child.onLoop(() -> task.accept(answer));
        } catch (RejectedExecutionException closed) {
            answer.fail(new SyncException(SyncFailure.UNAVAILABLE, "Vert.x has been closed"));
        }
        return answer.future();
    }
}
