package io.tidemark.checkpoint;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The outcomes of one sync of all shards of a store, in shard order. By default one failed shard fails the whole: a caller that
 * checks only whether there was a reply must not take a shard for durable that is not. A partial result must be requested.
 *
 * @param store the store's name
 * @param shards one completed future per shard
 */
record StoreSync(String store, List<Future<SyncResult>> shards) {

    /** Completes when all have ended, successfully or not. */
    static Future<StoreSync> of(String store, List<Future<SyncResult>> shards) {
        StoreSync all = new StoreSync(store, List.copyOf(shards));
        return Future.join(shards).transform(ended -> Future.succeededFuture(all));
    }

    /** Every shard's result, or the smallest failure code and a message that names each shard that is not durable. */
    Future<List<SyncResult>> allOrFailure() {
        List<String> failures = new ArrayList<>();
        for (int shard = 0; shard < shards.size(); shard++) {
            if (shards.get(shard).failed()) {
                SyncException why = failure(shards.get(shard));
                failures.add("shard " + shard + " (code " + why.failure().code() + "): " + why.getMessage());
            }
        }
        if (failures.isEmpty()) {
            return Future.succeededFuture(shards.stream().map(Future::result).toList());
        }
        return Future.failedFuture(new SyncException(
                smallestFailure(),
                failures.size() + " of " + shards.size() + " shards of store " + store + " are not durable: "
                        + String.join("; ", failures)));
    }

    /**
     * {@code {failed, shards: [...]}}, where a shard that is not durable is {@code {shard, failure_code, failure,
     * message}}.
     */
    JsonObject partial() {
        JsonArray each = new JsonArray();
        int failed = 0;
        for (int shard = 0; shard < shards.size(); shard++) {
            if (shards.get(shard).succeeded()) {
                each.add(shards.get(shard).result().toJson());
            } else {
                failed++;
                SyncException why = failure(shards.get(shard));
                each.add(new JsonObject()
                        .put("shard", shard)
                        .put("failure_code", why.failure().code())
                        .put("failure", why.failure().name())
                        .put("message", why.getMessage()));
            }
        }
        return new JsonObject().put("failed", failed).put("shards", each);
    }

    /** {@code {shards: [...]}}. */
    static JsonObject toJson(List<SyncResult> results) {
        return new JsonObject()
                .put(
                        "shards",
                        new JsonArray(results.stream().map(SyncResult::toJson).toList()));
    }

    private SyncFailure smallestFailure() {
        return shards.stream()
                .filter(Future::failed)
                .map(each -> failure(each).failure())
                .min(Comparator.comparingInt(SyncFailure::code))
                .orElse(SyncFailure.UNAVAILABLE);
    }

    private static SyncException failure(Future<SyncResult> failed) {
        Throwable why = failed.cause();
        return why instanceof SyncException known
                ? known
                : new SyncException(SyncFailure.UNAVAILABLE, String.valueOf(why));
    }
}
