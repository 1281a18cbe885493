package io.tidemark.checkpoint;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Claims shards, so that each has at most one checkpointer on a Vert.x instance, and their targets, see {@link KnownTargets}. The
 * names are in shared data as strings, so that copies of this library in different class loaders respect each other's claims.
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

        /** Releases the shard and its target; does nothing the second time. */
        void release() {
            if (released.compareAndSet(false, true)) {
                KnownTargets.release(target);
                names.remove(name);
            }
        }

        /** The target must never be forced again, wherever it is deployed. Called before the release. */
        void condemn() {
            KnownTargets.condemn(target, name);
        }
    }

    /**
     * Claims consecutive shards, all or none.
     *
     * @param first shard number of the first target
     * @return in the targets' order
     * @throws IllegalStateException naming the shard that already has a checkpointer, or whose target is in use or had a failed
     *     force
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
