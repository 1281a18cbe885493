package io.tidemark.checkpoint;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Which shards have a checkpointer on a Vert.x instance, one each, and which targets in this process, see {@link
 * KnownTargets}. The names stand in shared data as text, so that copies of this library from different class loaders keep out
 * of each other's way.
 *
 * <p>Any thread.
 */
final class ShardClaims {
    private static final String MAP = "tidemark.checkpointers";
    private static final String DEPLOYED = "deployed";

    private ShardClaims() {}

    /** One shard, from its claim to its release. */
    static final class Claim {
        private final LocalMap<String, String> names;
        private final String name;
        private final CheckpointTarget target;
        private final AtomicBoolean released = new AtomicBoolean();

        private Claim(LocalMap<String, String> names, String name, CheckpointTarget target) {
            this.names = names;
            this.name = name;
            this.target = target;
        }

        /** Gives the shard and its target free; nothing the second time. */
        void release() {
            if (released.compareAndSet(false, true)) {
                KnownTargets.release(target);
                names.remove(name);
            }
        }

        /** The target must not be forced again, wherever it is deployed. Before the release. */
        void condemn() {
            KnownTargets.condemn(target, name);
        }
    }

    /**
     * Claims a row of shards, all of them or none.
     *
     * @param first number of the shard of the first target
     * @return in the targets' order
     * @throws IllegalStateException naming the shard that has a checkpointer already, or whose target is in use elsewhere, or
     *     had a force that failed
     */
    static List<Claim> claim(Vertx vertx, String store, int first, List<? extends CheckpointTarget> targets) {
        LocalMap<String, String> names = vertx.sharedData().getLocalMap(MAP);
        List<Claim> claims = new ArrayList<>();
        try {
            for (CheckpointTarget target : targets) {
                claims.add(claim(names, "store " + store + " shard " + (first + claims.size()), target));
            }
            return claims;
        } catch (IllegalStateException refused) {
            claims.forEach(Claim::release);
            throw refused;
        }
    }

    private static Claim claim(LocalMap<String, String> names, String name, CheckpointTarget target) {
        if (names.putIfAbsent(name, DEPLOYED) != null) {
            throw new IllegalStateException(name + " has a checkpointer already");
        }
        try {
            KnownTargets.use(target, name);
        } catch (IllegalStateException refused) {
            names.remove(name);
            throw refused;
        }
        return new Claim(names, name, target);
    }
}
