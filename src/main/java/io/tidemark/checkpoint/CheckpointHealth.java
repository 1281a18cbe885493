package io.tidemark.checkpoint;

import io.tidemark.checkpoint.CheckpointTarget.Capture;
import java.util.concurrent.TimeUnit;

/**
 * Whether a shard may be forced. After a failed force it may not, until a repair has rewritten everything into new files. The
 * next generation that succeeds proves the repair.
 */
final class CheckpointHealth {
    private static final int MAX_DOUBLINGS = 2;
    private static final Capture NONE = CheckedCapture.none(0).handle();

    private enum State {
        /** Just started: nothing is known to be durable. */
        UNPROVEN,
        /** The last generation succeeded. */
        PROVEN,
        /** A force failed; a repair is due. */
        BROKEN,
        /** Repaired; the next generation proves it. */
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

    /** Whether a force failed and a repair may succeed. */
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

    /** A generation failed; true if a repair may start at once, false if it must wait for its pause to end. */
    boolean failed(Capture captured, String why, long now, long pauseMillis) {
        boolean afterRepair = state == State.REPAIRED;
        state = State.BROKEN;
        broken = captured;
        detail = why;
        if (afterRepair) {
            repairFailed(now, pauseMillis);
        }
        return !afterRepair;
    }

    void repaired() {
        state = State.REPAIRED;
        broken = NONE;
    }

    /** Returns the pause before the next try, in milliseconds. */
    long repairFailed(long now, long pauseMillis) {
        long pause = pauseMillis << Math.min(failedRepairs, MAX_DOUBLINGS);
        failedRepairs++;
        repairNotBeforeNanos = now + TimeUnit.MILLISECONDS.toNanos(pause);
        return pause;
    }

    void failPermanently() {
        state = State.FAILED;
    }
}
