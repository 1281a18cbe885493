package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.bitcask.BitcaskSnapshot;

/**
 * Counts what a shard's entries have changed since its start, as Redis counts it: keys set, and keys removed that were there.
 * Entries are counted on the applying thread; {@link #cut} may be called from any.
 */
final class ChangeCounter {

    /**
     * A store at one moment.
     *
     * @param snapshot between two entries
     * @param changes by all entries up to the snapshot's
     */
    record Cut(Bitcask data, BitcaskSnapshot snapshot, long changes) {}

    /** An entry: changes by all before it, its index, and changes by all up to it. */
    private record Step(long before, long index, long after) {}

    private volatile Step step = new Step(0, 0, 0);
    private long applied;

    /** What a command has changed, by its result. */
    static long of(Command command, Result result) {
        if (!(command instanceof Command.Write) || result instanceof Result.Failure) {
            return 0;
        } else if (command instanceof Command.Delete) {
            return ((Result.Count) result).number();
        }
        return command instanceof Command.SetAll all ? all.pairs().size() : 1;
    }

    /** An entry will be committed, with so many changes. Called again if it could not be. */
    void committing(long index, long changes) {
        step = new Step(applied, index, applied + changes);
    }

    /** That entry has been committed. */
    void committed() {
        applied = step.after();
    }

    /** The store of the moment with its number of changes. */
    Cut cut(LiveStore live) {
        while (true) {
            Step seen = step;
            Bitcask data = live.current();
            BitcaskSnapshot snapshot = data.snapshot();
            if (seen.equals(step)) { // no other entry has begun, so the snapshot is of before this one or of after it
                return new Cut(data, snapshot, snapshot.index() >= seen.index() ? seen.after() : seen.before());
            }
        }
    }
}
