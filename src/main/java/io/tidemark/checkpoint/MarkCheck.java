package io.tidemark.checkpoint;

import org.jspecify.annotations.Nullable;

/**
 * Compares what a store has applied with what its writer has marked. Marks wake a checkpointer, but what was applied is what a
 * sync and a stop answer for: a mark may be missing, or may have gone to the counter of another store, shard or Vert.x
 * instance. On the checkpointer's loop; memory only.
 */
final class MarkCheck {
    /** A writer may be between publishing and marking when it is looked at; not for this long. */
    static final long PATIENCE_MS = 1_000;

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

    /** Forgets marks of an earlier store of that name, as soon as this one can say what it has applied. */
    void forgetPredecessor() {
        if (predecessor) {
            try {
                dirty.forgetBeyond(() -> CheckedCapture.of(target).index());
                predecessor = false;
            } catch (IllegalStateException unknown) {
                predecessor = true; // asked again before the first generation, which reports it
            }
        }
    }

    /**
     * Looks at a generation that has succeeded: whether more had been marked before it began than its capture shows. A writer
     * that publishes before it marks is never there. Reported once.
     */
    boolean isBehind(Generation generation) {
        if (generation.start().appendedIndex() <= generation.cut().index()) {
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

    /** What is wrong with the marks of the last generation that was behind. */
    String behindDetail() {
        Generation last = behind;
        return last == null
                ? ""
                : reports.name() + ": index " + last.start().appendedIndex()
                        + " was marked, but capture() shows what was applied up to index "
                        + last.cut().index()
                        + " only, so nothing above that can be made durable. Publish before marking, and mark each"
                        + " shard on its own DirtyCounter";
    }

    /** Whether what is still dirty can't be forced: marks that nothing stands behind, and nothing new since. Memory only. */
    boolean beyondReach() {
        Generation last = behind;
        if (last == null
                || dirty.unproven()
                || dirty.appendedIndex() != last.start().appendedIndex()
                || dirty.appendedBytes() != last.start().appendedBytes()) {
            return false;
        }
        try {
            return CheckedCapture.of(target).index() == last.cut().index();
        } catch (IllegalStateException unknown) {
            return false;
        }
    }

    /**
     * Whether the store has applied more than is durable, or can't say, although no mark says so. Reported once, as soon as it
     * is certain that the mark is not only late.
     *
     * @param drained whether its writer has ended: no mark is still to come
     */
    boolean missing(boolean drained) {
        try {
            applied = CheckedCapture.of(target).index();
        } catch (IllegalStateException unknown) {
            return true; // the generation that follows asks again, and reports it
        }
        if (applied <= dirty.durableIndex()) {
            return false;
        }
        if (drained) {
            reportUnlessMarked(applied);
        } else if (!reported && timer == null) {
            long seen = applied;
            timer = loop.schedule(PATIENCE_MS, () -> {
                timer = null;
                reportUnlessMarked(seen);
            });
        }
        return true;
    }

    /** What the store had applied at the last look. */
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
