package io.tidemark.checkpoint;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;

/**
 * The target objects of this process, under whatever name and on whichever Vert.x instance they are deployed: which are in use,
 * so that two checkpointers never force the same target, and which had a failed force, so that a later one is never trusted.
 * Compared by identity and held weakly: a target that is garbage can't be deployed.
 *
 * <p>Any thread.
 */
final class KnownTargets {
    private static final ReferenceQueue<CheckpointTarget> COLLECTED = new ReferenceQueue<>();
    private static final Map<Key, String> IN_USE = new HashMap<>();
    private static final Map<Key, String> FAILED = new HashMap<>();

    private KnownTargets() {}

    private static final class Key extends WeakReference<CheckpointTarget> {
        private final int hash;

        Key(CheckpointTarget target) {
            super(target, COLLECTED);
            hash = System.identityHashCode(target);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            CheckpointTarget mine = get();
            return this == other || (mine != null && other instanceof Key key && key.refersTo(mine));
        }
    }

    /**
     * A checkpointer starts to use a target.
     *
     * @param name the shard's, for messages
     * @throws IllegalStateException if another checkpointer uses it, or a force of it has failed
     */
    static synchronized void use(CheckpointTarget target, String name) {
        forgetCollected();
        Key key = new Key(target);
        String failedAs = FAILED.get(key);
        if (failedAs != null) {
            throw new IllegalStateException(name + ": a force of this target failed"
                    + (failedAs.equals(name) ? "" : ", as " + failedAs)
                    + ", and a later one proves nothing; open its files again, recovered from the log");
        }
        String usedAs = IN_USE.putIfAbsent(key, name);
        if (usedAs != null) {
            throw new IllegalStateException(
                    name + ": this target is in use as " + usedAs + "; each shard needs a target of its own");
        }
    }

    /** Its checkpointer has stopped. */
    static synchronized void release(CheckpointTarget target) {
        IN_USE.remove(new Key(target));
    }

    /** A force of it failed, and no repair has succeeded since. */
    static synchronized void condemn(CheckpointTarget target, String name) {
        FAILED.put(new Key(target), name);
    }

    private static void forgetCollected() {
        for (Reference<?> key = COLLECTED.poll(); key != null; key = COLLECTED.poll()) {
            IN_USE.remove(key);
            FAILED.remove(key);
        }
    }
}
