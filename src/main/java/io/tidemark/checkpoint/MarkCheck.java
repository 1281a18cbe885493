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

    MarkCheck(CheckpointTarget target, DirtyCounter dirty, CheckpointLoop loop, CheckpointReports reports) {
        this.target = target;
        this.dirty = dirty;
        this.loop = loop;
        this.reports = reports;
    }

    /**
     * Whether the store has applied more than is durable, or can't say, although no mark says so. Reported once, as soon as it
     * is certain that the mark is not only late.
     *
     * @param drained whether its writer has ended: no mark is still to come
     */
    boolean missing(boolean drained) {
        try {
            applied = Captured.of(target).index();
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
