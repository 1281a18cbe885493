package io.tidemark.checkpoint;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which shards have a checkpointer on a Vert.x instance: one each. It also remembers whose force failed, so that nobody
 * deploys a new checkpointer over the same files and believes its first force.
 *
 * <p>Any thread.
 */
final class ShardClaims implements Shareable {
    private static final String MAP = "tidemark.checkpointers";

    private final Set<String> taken = new HashSet<>();
    private final Map<String, WeakReference<CheckpointTarget>> broken = new HashMap<>();

    /** The claims of a Vert.x instance. */
    static ShardClaims of(Vertx vertx) {
        LocalMap<String, ShardClaims> map = vertx.sharedData().getLocalMap(MAP);
        return map.computeIfAbsent("claims", key -> new ShardClaims());
    }

    /**
     * Claims a row of shards, all of them or none.
     *
     * @param first number of the shard of the first target
     * @throws IllegalStateException naming the shard that has a checkpointer already, or whose target's force failed
     */
    synchronized void claim(String store, int first, List<? extends CheckpointTarget> targets) {
        for (int place = 0; place < targets.size(); place++) {
            String name = name(store, first + place);
            if (taken.contains(name)) {
                throw new IllegalStateException(name + " has a checkpointer already");
            }
            WeakReference<CheckpointTarget> failed = broken.get(name);
            if (failed != null && failed.refersTo(targets.get(place))) {
                throw new IllegalStateException(
                        name + ": a force of this target failed, and a later one proves nothing;"
                                + " open it anew, recovered from the log");
            }
        }
        for (int place = 0; place < targets.size(); place++) {
            taken.add(name(store, first + place));
            broken.remove(name(store, first + place));
        }
    }

    /** Gives a shard free. */
    synchronized void release(String store, int shard) {
        taken.remove(name(store, shard));
    }

    /** Says that a target must not be forced again. */
    synchronized void condemn(String store, int shard, CheckpointTarget target) {
        broken.put(name(store, shard), new WeakReference<>(target));
    }

    private static String name(String store, int shard) {
        return "store " + store + " shard " + shard;
    }
}
