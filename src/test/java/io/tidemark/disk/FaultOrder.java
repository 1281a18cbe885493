package io.tidemark.disk;

import java.nio.file.Path;
import java.util.Random;
import org.assertj.core.annotation.CheckReturnValue;
import org.jspecify.annotations.Nullable;

/**
 * A fault that was ordered from {@link Faults} and when it strikes. Thread-safe.
 */
public final class FaultOrder {

    /** What happens when an order strikes. */
    enum Effect {
        FAIL,
        SHORT,
        LOSE_NAMES
    }

    /**
     * An order not yet placed; {@link #times}, {@link #always} or {@link #withProbability} places it. One that is left
     * lying is an error at compile time.
     */
    public static final class Draft {
        private final Faults faults;
        private final Operation operation;
        private final PathGlob paths;
        private final Effect effect;
        private int passed;
        private String message = Faults.IO_ERROR;

        Draft(Faults faults, Operation operation, PathGlob paths, Effect effect) {
            this.faults = faults;
            this.operation = operation;
            this.paths = paths;
            this.effect = effect;
        }

        /** Lets the first {@code count} matching operations pass. */
        @CheckReturnValue
        public Draft after(int count) {
            passed = count;
            return this;
        }

        /** The message of the exception; otherwise {@value Faults#IO_ERROR}. */
        @CheckReturnValue
        public Draft saying(String text) {
            message = text;
            return this;
        }

        /** Strikes the next {@code count} matching operations, then never again. */
        public FaultOrder times(int count) {
            return faults.place(new FaultOrder(this, count, 1.0));
        }

        /** Strikes every matching operation until cancelled. */
        public FaultOrder always() {
            return times(Integer.MAX_VALUE);
        }

        /** Strikes each matching operation with this probability, by the disk's seed, until cancelled. */
        public FaultOrder withProbability(double probability) {
            return faults.place(new FaultOrder(this, Integer.MAX_VALUE, probability));
        }
    }

    private final Operation operation;
    private final PathGlob paths;
    private final Effect effect;
    private final String message;
    private final double probability;
    private int toPass;
    private int left;
    private int struck;

    private FaultOrder(Draft draft, int times, double probability) {
        this.operation = draft.operation;
        this.paths = draft.paths;
        this.effect = draft.effect;
        this.message = draft.message;
        this.toPass = draft.passed;
        this.left = times;
        this.probability = probability;
    }

    /** How often it has struck so far. */
    public synchronized int struck() {
        return struck;
    }

    /** Never strikes again. */
    public synchronized void cancel() {
        left = 0;
    }

    Effect effect() {
        return effect;
    }

    String message() {
        return message;
    }

    synchronized boolean strikes(Operation asked, Path path, @Nullable Path target, Random random) {
        if (asked != operation || left == 0 || !(paths.matches(path) || (target != null && paths.matches(target)))) {
            return false;
        }
        if (toPass > 0) {
            toPass--;
            return false;
        }
        if (probability < 1.0 && random.nextDouble() >= probability) {
            return false;
        }
        left--;
        struck++;
        return true;
    }
}
