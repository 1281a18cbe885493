package io.tidemark.checkpoint;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The progress that a target reported during one force. Written on the worker that forces; the checkpointer's loop reads {@link
 * #current} at any time, the rest once the force has ended.
 */
final class ForceRecord implements ForceProgress {

    /** A step that is running. */
    record Current(ForceStep step, String file) {
        /** "data /data/0000000007.data". */
        String where() {
            return step.label() + " " + file;
        }
    }

    /** Notified of each step that succeeded. */
    @FunctionalInterface
    interface Sink {
        void forced(ForceStep step, long nanos);
    }

    private static final long UNKNOWN = -1;

    private final LongSupplier nanoTime;
    private final Sink sink;
    private volatile @Nullable Current current;
    private long startedNanos;
    private boolean reported;
    private long manifestNanos = UNKNOWN;

    /** @param nanoTime can be read from any thread */
    ForceRecord(LongSupplier nanoTime, Sink sink) {
        this.nanoTime = nanoTime;
        this.sink = sink;
    }

    @Override
    public void begin(ForceStep step, String file) {
        reported = true;
        startedNanos = nanoTime.getAsLong();
        current = new Current(step, file);
    }

    @Override
    public void end() {
        Current ended = current;
        if (ended != null) {
            long nanos = nanoTime.getAsLong() - startedNanos;
            current = null;
            if (ended.step() == ForceStep.MANIFEST) {
                manifestNanos = Math.max(0, manifestNanos) + nanos;
            }
            sink.forced(ended.step(), nanos);
        }
    }

    /** The step that is running, or was when the force failed; {@code null} between steps, and if the target reported none. */
    @Nullable
    Current current() {
        return current;
    }

    /** Whether the target reported any step. */
    boolean reported() {
        return reported;
    }

    /** How long the position file took, -1 if the target reported none. */
    long manifestNanos() {
        return manifestNanos;
    }
}
