package io.tidemark.checkpoint;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;

/**
 * What this process knows of target objects, under whatever name and on whichever Vert.x instance they are deployed: who uses
 * one, so that nobody else forces it at the same time, and whose force failed, so that nobody believes a later one. By
 * identity, and weakly: what nobody holds any more can't be deployed either.
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
     * A checkpointer takes a target.
     *
     * @param name of its shard, for messages
     * @throws IllegalStateException if another one has it, or a force of it has failed
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

    /** Its checkpointer has ended. */
    static synchronized void release(CheckpointTarget target) {
        IN_USE.remove(new Key(target));
    }

    /** A force of it failed, and nothing has made up for it. */
    static synchronized void condemn(CheckpointTarget target, String name) {
        FAILED.put(new Key(target), name);
    }

    private static void forgetCollected() {
        for (Reference<?> gone = COLLECTED.poll(); gone != null; gone = COLLECTED.poll()) {
            IN_USE.remove(gone);
            FAILED.remove(gone);
        }
    }
}
