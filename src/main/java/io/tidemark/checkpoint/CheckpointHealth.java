package io.tidemark.checkpoint;

import io.tidemark.checkpoint.CheckpointTarget.Capture;
import java.util.concurrent.TimeUnit;

/**
 * Whether a shard may be forced at all. After a failed force it may not, until a repair has written everything into new
 * files; what a repair wrote is proven by the next generation that succeeds.
 */
final class CheckpointHealth {
    private static final int MOST_DOUBLINGS = 2;
    private static final Capture NONE = CheckedCapture.nothing(0).handle();

    private enum State {
        /** Just started: nothing is known to be durable. */
        UNPROVEN,
        /** The last generation succeeded. */
        PROVEN,
        /** A force failed; a repair is due. */
        BROKEN,
        /** Repaired; the next generation tells. */
        REPAIRED,
        /** A force failed and this store can't be repaired. */
        FAILED
    }

    private State state = State.UNPROVEN;
    private Capture broken = NONE;
    private String detail = "";
    private int failedRepairs;
    private long repairNotBeforeNanos;

    boolean mayForce() {
        return state != State.BROKEN && state != State.FAILED;
    }

    /** Whether no generation has succeeded since the start or since the last failure. */
    boolean unproven() {
        return state != State.PROVEN;
    }

    /** Whether a force failed and a repair may help. */
    boolean isBroken() {
        return state == State.BROKEN;
    }

    boolean repairDue(long now) {
        return state == State.BROKEN && now - repairNotBeforeNanos >= 0;
    }

    /** What the failed generation had captured. */
    Capture broken() {
        return broken;
    }

    String detail() {
        return detail;
    }

    void succeeded() {
        state = State.PROVEN;
        failedRepairs = 0;
    }

    /** A generation failed; true if a repair may be tried at once, false if it must wait for its pause to pass. */
    boolean failed(Capture captured, String why, long now, long pauseMillis) {
        boolean again = state == State.REPAIRED;
        state = State.BROKEN;
        broken = captured;
        detail = why;
        if (again) {
            repairFailed(now, pauseMillis);
        }
        return !again;
    }

    void repaired() {
        state = State.REPAIRED;
        broken = NONE;
    }

    /** Returns the pause before the next try, in milliseconds. */
    long repairFailed(long now, long pauseMillis) {
        long pause = pauseMillis << Math.min(failedRepairs, MOST_DOUBLINGS);
        failedRepairs++;
        repairNotBeforeNanos = now + TimeUnit.MILLISECONDS.toNanos(pause);
        return pause;
    }

    void failForGood() {
        state = State.FAILED;
    }
}
