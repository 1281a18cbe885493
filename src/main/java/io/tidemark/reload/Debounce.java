package io.tidemark.reload;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Believes a reading only when a second one, some time later, is equal. A file that is rewritten in place can be read in
 * the middle: empty, half, or as a shorter configuration that looks whole and would put the missing keys back to their
 * defaults.
 *
 * <p>Whoever watches the configuration hands in what it saw, by {@link #heard}. A retriever says nothing when a file that
 * could not be read is back as it was; so after a failure this looks by itself, at growing intervals. Whoever can't wait
 * asks for a look, by {@link #lookNow}. All calls and callbacks on one thread.
 */
final class Debounce {
    private static final int MOST_DOUBLINGS = 3;

    /** Injected time. */
    interface Timers {
        /** Runs a task once after a delay; returns what cancels it. */
        Runnable after(long delayMillis, Runnable task);
    }

    private final Timers timers;
    private final Supplier<Future<JsonObject>> read;
    private final Function<JsonObject, Object> view;
    private final long debounceMs;
    private final Consumer<Reading> stable;
    private @Nullable Reading believed;
    private @Nullable Reading candidate;
    private final List<Runnable> waitForALook = new ArrayList<>();
    private final List<Runnable> waitForItsOutcome = new ArrayList<>();
    private @Nullable Runnable timer;
    private long looks;
    private boolean looking;
    private int failures;

    /**
     * @param read looks again; completes on the one thread
     * @param view what of a configuration must be equal; the rest may differ each time
     * @param stable hears each reading that is stable and differs from the one before
     */
    Debounce(
            Timers timers,
            Supplier<Future<JsonObject>> read,
            Function<JsonObject, Object> view,
            long debounceMs,
            Consumer<Reading> stable) {
        this.timers = timers;
        this.read = read;
        this.view = view;
        this.debounceMs = debounceMs;
        this.stable = stable;
    }

    /** Somebody has looked. */
    void heard(Reading reading) {
        if (candidate == null ? same(reading, believed) : same(reading, candidate)) {
            return;
        }
        judge(reading);
    }

    /**
     * Looks at once, unless a look is due that decides about what was seen before: however often this is called, that one
     * is not put off.
     *
     * @param done called when a look that began after this call has an outcome: what it saw has been handed on as settled,
     *     or is what was believed before; never after {@link #close}
     */
    void lookNow(Runnable done) {
        waitForALook.add(done);
        lookIfAsked();
    }

    /** Looks no more. */
    void close() {
        cancel();
        waitForALook.clear();
    }

    private void judge(Reading reading) {
        if (same(reading, believed)) {
            candidate = null;
            rest();
            tellWhoAsked();
        } else {
            candidate = reading;
            lookIn(debounceMs);
        }
    }

    private void lookedAgain(Reading reading) {
        boolean again = candidate != null && (same(reading, candidate) || bothBad(reading, candidate));
        if (again && !same(reading, believed)) {
            candidate = null;
            believed = reading;
            failures = 0;
            rest();
            stable.accept(reading);
            tellWhoAsked();
        } else {
            judge(reading);
        }
    }

    private void rest() {
        if (believed instanceof Reading.Bad) {
            lookIn(debounceMs << Math.min(failures, MOST_DOUBLINGS));
            failures++;
        } else {
            cancel();
        }
    }

    private void lookIn(long delayMillis) {
        cancel();
        long look = looks;
        timer = timers.after(delayMillis, () -> look(look));
    }

    private void lookIfAsked() {
        if (!waitForALook.isEmpty() && candidate == null && !looking) {
            cancel();
            look(looks);
        }
    }

    private void tellWhoAsked() {
        List<Runnable> told = List.copyOf(waitForItsOutcome);
        waitForItsOutcome.clear();
        told.forEach(Runnable::run);
        lookIfAsked();
    }

    private void look(long look) {
        looking = true;
        waitForItsOutcome.addAll(waitForALook);
        waitForALook.clear();
        Future<JsonObject> reading;
        try {
            reading = read.get();
        } catch (RuntimeException e) {
            reading = Future.failedFuture(e);
        }
        reading.onComplete(done -> {
            if (look == looks) {
                looking = false;
                lookedAgain(done.succeeded() ? new Reading.Good(done.result()) : Reading.Bad.of(done.cause()));
            }
        });
    }

    /** Neither a timer nor a look under way counts any more. */
    private void cancel() {
        looks++;
        if (looking) {
            looking = false;
            waitForALook.addAll(waitForItsOutcome);
            waitForItsOutcome.clear();
        }
        if (timer != null) {
            timer.run();
            timer = null;
        }
    }

    private static boolean bothBad(Reading one, Reading other) {
        return one instanceof Reading.Bad && other instanceof Reading.Bad;
    }

    private boolean same(Reading one, @Nullable Reading other) {
        if (one instanceof Reading.Good good && other instanceof Reading.Good earlier) {
            return Objects.equals(view.apply(good.config()), view.apply(earlier.config()));
        }
        return one.equals(other);
    }
}
