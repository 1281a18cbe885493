package io.tidemark.checkpoint;

import org.jspecify.annotations.Nullable;

/**
 * Compares what a store has applied with what its writer has marked. Marks wake a checkpointer, but a sync and a stop answer
 * for what was applied: a mark may be missing, or may have been made on the counter of another store, shard or Vert.x instance.
 * On the checkpointer's loop; memory only.
 */
final class MarkCheck {
    /** A writer may be between publishing and marking when it is checked, but not for this long. */
    static final long GRACE_MS = 1_000;

    private final CheckpointTarget target;
    private final DirtyCounter dirty;
    private final CheckpointLoop loop;
    private final CheckpointReports reports;
    private long applied;
    private boolean reported;
    private @Nullable Runnable timer;
    private boolean predecessor = true;
    private @Nullable Generation behind;
    private boolean behindReported;

    MarkCheck(CheckpointTarget target, DirtyCounter dirty, CheckpointLoop loop, CheckpointReports reports) {
        this.target = target;
        this.dirty = dirty;
        this.loop = loop;
        this.reports = reports;
    }

    /** Forgets marks of an earlier store of this name, as soon as this store can say what it has applied. */
    void forgetPredecessor() {
        if (predecessor) {
            try {
                dirty.forgetBeyond(() -> CheckedCapture.of(target).index());
                predecessor = false;
            } catch (IllegalStateException unknown) {
                predecessor = true; // retried before the first generation, which reports the failure
            }
        }
    }

    /**
     * Whether more had been marked before this successful generation began than its capture shows. Never the case if the writer
     * publishes before it marks. Reported once.
     */
    boolean isBehind(Generation generation) {
        if (generation.start().appendedIndex() <= generation.capture().index()) {
            behind = null;
            return false;
        }
        behind = generation;
        if (!behindReported) {
            behindReported = true;
            reports.behind(behindDetail());
        }
        return true;
    }

    /** Describes the last generation that was behind its marks. */
    String behindDetail() {
        Generation last = behind;
        return last == null
                ? ""
                : reports.name() + ": index " + last.start().appendedIndex()
                        + " was marked, but capture() shows only index "
                        + last.capture().index()
                        + " as applied, so nothing above it can be made durable. Publish before marking, and mark each"
                        + " shard on its own DirtyCounter";
    }

    /** Whether the shard is dirty only by marks that no applied entry belongs to, with nothing new since. Memory only. */
    boolean unreachable() {
        Generation last = behind;
        if (last == null
                || dirty.unproven()
                || dirty.appendedIndex() != last.start().appendedIndex()
                || dirty.appendedBytes() != last.start().appendedBytes()) {
            return false;
        }
        try {
            return CheckedCapture.of(target).index() == last.capture().index();
        } catch (IllegalStateException unknown) {
            return false;
        }
    }

    /**
     * Whether the store has applied more than is durable without a mark, or its capture fails. Reported once, when the mark can
     * no longer be merely late.
     *
     * @param drained whether the writer has ended, so that no mark is still to come
     */
    boolean missing(boolean drained) {
        try {
            applied = CheckedCapture.of(target).index();
        } catch (IllegalStateException unknown) {
            return true; // the next generation captures again, and reports the failure
        }
        if (applied <= dirty.durableIndex()) {
            return false;
        }
        if (drained) {
            reportUnlessMarked(applied);
        } else if (!reported && timer == null) {
            long seen = applied;
            timer = loop.schedule(GRACE_MS, () -> {
                timer = null;
                reportUnlessMarked(seen);
            });
        }
        return true;
    }

    /** What the store had applied at the last check. */
    long appliedIndex() {
        return applied;
    }

    private void reportUnlessMarked(long seen) {
        long marked = dirty.appendedIndex();
        if (marked < seen && !reported) {
            reported = true;
            reports.unmarked(seen, marked);
        }
    }

    void stop() {
        if (timer != null) {
            timer.run();
            timer = null;
        }
    }
}
