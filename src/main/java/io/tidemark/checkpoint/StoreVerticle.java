package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureOptions;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Parent of a store's checkpointers. It makes the pool in its own {@code start}, because an executor made there outlives
 * its children's {@code stop}, and their last generations need it.
 */
final class StoreVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(StoreVerticle.class);

    /** Room for every permit there can be; how many run at once is decided by {@link ForcePermits}. */
    private static final int POOL_SIZE = CheckpointOptions.MOST_CONCURRENT_FSYNCS + ForcePermits.MOST_LENT;

    private final String store;
    private final List<CheckpointTarget> targets;
    private final CheckpointListener listener;
    private final List<CheckpointerVerticle> children = new ArrayList<>();
    private final List<String> deployments = new ArrayList<>();

    StoreVerticle(String store, List<CheckpointTarget> targets, CheckpointListener listener) {
        this.store = store;
        this.targets = targets;
        this.listener = listener;
    }

    @Override
    public Future<?> start() {
        WorkerExecutor forces = vertx.createSharedWorkerExecutor("tidemark-checkpoint-" + store, POOL_SIZE);
        vertx.eventBus().<JsonObject>localConsumer(CheckpointAddresses.syncAll(store), this::answer);
        List<Future<String>> started = new ArrayList<>();
        for (int shard = 0; shard < targets.size(); shard++) {
            CheckpointerVerticle child = new CheckpointerVerticle(store, shard, targets.get(shard), listener, forces);
            children.add(child);
            started.add(vertx.deployVerticle(child, new DeploymentOptions().setConfig(config()))
                    .onSuccess(deployments::add));
        }
        return Future.join(started);
    }

    /** Undeploys the children side by side; fails if one fails, after all have ended. */
    Future<Void> stopChildren() {
        List<Future<Void>> stopped = new ArrayList<>();
        for (String deployment : deployments) {
            stopped.add(vertx.undeploy(deployment));
        }
        return Future.join(stopped).mapEmpty();
    }

    Future<SyncResult> sync(int shard) {
        if (shard < 0 || shard >= children.size()) {
            return Future.failedFuture(new SyncException(
                    SyncFailure.BAD_REQUEST,
                    "store " + store + " has no shard " + shard + "; it has " + children.size()));
        }
        CheckpointerVerticle child = children.get(shard);
        Promise<SyncResult> answer = Promise.promise();
        child.onLoop(() -> child.sync().onComplete(answer));
        return answer.future();
    }

    Future<Void> reconfigure(CheckpointOptions options) {
        ForcePermits.of(vertx).limit(options.getMaxConcurrentFsyncs());
        return onEach(child -> child.reconfigure(options));
    }

    Future<Void> reconfigure(PressureOptions options) {
        return onEach(child -> child.reconfigure(options));
    }

    private Future<Void> onEach(Consumer<CheckpointerVerticle> change) {
        List<Future<Void>> done = new ArrayList<>();
        for (CheckpointerVerticle child : children) {
            Promise<Void> one = Promise.promise();
            child.onLoop(() -> {
                change.accept(child);
                one.complete();
            });
            done.add(one.future());
        }
        return Future.join(done).mapEmpty();
    }

    CheckpointerVerticle child(int shard) {
        return children.get(shard);
    }

    Future<List<SyncResult>> syncAll() {
        List<Future<SyncResult>> all = new ArrayList<>();
        for (int shard = 0; shard < children.size(); shard++) {
            all.add(sync(shard));
        }
        return Future.join(all).map(done -> done.<SyncResult>list());
    }

    private void answer(Message<JsonObject> request) {
        long deadline;
        try {
            deadline = CheckpointerVerticle.deadline(request.body());
        } catch (IllegalArgumentException e) {
            request.fail(SyncFailure.BAD_REQUEST.code(), String.valueOf(e.getMessage()));
            return;
        }
        syncAll()
                .timeout(deadline, TimeUnit.MILLISECONDS)
                .onSuccess(results -> request.reply(new JsonObject()
                        .put(
                                "shards",
                                new JsonArray(
                                        results.stream().map(SyncResult::toJson).toList()))))
                .onFailure(why -> {
                    SyncFailure kind = why instanceof SyncException known ? known.failure() : SyncFailure.DEADLINE;
                    LOG.debug("sync of store {} failed", store, why);
                    request.fail(kind.code(), String.valueOf(why.getMessage()));
                });
    }
}
