package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.bitcask.BitcaskSnapshot;

/**
 * Counts the changes that a shard's entries have made since its start, as Redis counts them: keys set, and existing keys
 * removed. Entries are counted on the applying thread; {@link #snapshot} may be called on any thread.
 */
final class ChangeCounter {

    /**
     * A snapshot of a store with its number of changes.
     *
     * @param snapshot taken between two entries
     * @param changes made by all entries up to the snapshot's index
     */
    record CountedSnapshot(Bitcask data, BitcaskSnapshot snapshot, long changes) {}

    /** One entry: the changes by all entries before it, its index, and the changes including it. */
    private record Step(long before, long index, long after) {}

    private volatile Step step = new Step(0, 0, 0);
    private long applied;

    /** Number of changes that a command has made, by its result. */
    static long of(Command command, Result result) {
        return command instanceof Command.Write write && !(result instanceof Result.Failure)
                ? write.changes(result)
                : 0;
    }

    /** An entry with this many changes is about to be committed. Called again if the commit failed. */
    void committing(long index, long changes) {
        step = new Step(applied, index, applied + changes);
    }

    /** The entry has been committed. */
    void committed() {
        applied = step.after();
    }

    /** A snapshot of the current store, with its number of changes. */
    CountedSnapshot snapshot(LiveStore live) {
        while (true) {
            Step seen = step;
            Bitcask data = live.current();
            BitcaskSnapshot snapshot = data.snapshot();
            if (seen.equals(step)) { // no other entry has begun: the snapshot is from just before it or just after
                return new CountedSnapshot(
                        data, snapshot, snapshot.index() >= seen.index() ? seen.after() : seen.before());
            }
        }
    }
}
