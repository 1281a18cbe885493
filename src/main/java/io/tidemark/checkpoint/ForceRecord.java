package io.tidemark.checkpoint;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one generation's target told of its force. Written on the worker that forces; {@link #current} is read by the
 * checkpointer's loop at any time, the rest once the force has ended.
 */
final class ForceRecord implements ForceProgress {

    /** What is being forced. */
    record Current(ForceStep step, String file) {
        /** "data /data/0000000007.data". */
        String where() {
            return step.label() + " " + file;
        }
    }

    /** Hears of each step that has ended well. */
    @FunctionalInterface
    interface Sink {
        void forced(ForceStep step, long nanos);
    }

    private static final long UNKNOWN = -1;

    private final LongSupplier nanoTime;
    private final Sink sink;
    private volatile @Nullable Current current;
    private long beganNanos;
    private boolean told;
    private long manifestNanos = UNKNOWN;

    /** @param nanoTime may be read from any thread */
    ForceRecord(LongSupplier nanoTime, Sink sink) {
        this.nanoTime = nanoTime;
        this.sink = sink;
    }

    @Override
    public void begin(ForceStep step, String file) {
        told = true;
        beganNanos = nanoTime.getAsLong();
        current = new Current(step, file);
    }

    @Override
    public void end() {
        Current ended = current;
        if (ended != null) {
            long nanos = nanoTime.getAsLong() - beganNanos;
            current = null;
            if (ended.step() == ForceStep.MANIFEST) {
                manifestNanos = Math.max(0, manifestNanos) + nanos;
            }
            sink.forced(ended.step(), nanos);
        }
    }

    /** What is being forced, or was when the force failed; {@code null} between steps, and if the target told none. */
    @Nullable
    Current current() {
        return current;
    }

    /** Whether the target told of any step. */
    boolean told() {
        return told;
    }

    /** How long the position file took, -1 if there was none or the target told none. */
    long manifestNanos() {
        return manifestNanos;
    }
}
