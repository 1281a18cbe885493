package io.tidemark.checkpoint;

import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Calls a target's method that returns a future, and returns a future whatever that method does. */
final class TargetCalls {
    private static final long LATE_MS = 5_000;

    private TargetCalls() {}

    /**
     * As {@link #of}, on the loop. A call that does not complete for a while is logged once, and so is its completion.
     *
     * @param consequence what the delay means, for the log
     */
    static Future<Void> watched(
            String method,
            String consequence,
            CheckpointLoop loop,
            CheckpointReports reports,
            Supplier<Future<Void>> call) {
        long startedNanos = loop.nanoTime();
        Future<Void> outcome = of(method, call);
        if (outcome.isComplete()) {
            return outcome;
        }
        AtomicBoolean late = new AtomicBoolean();
        Runnable timer = loop.schedule(LATE_MS, () -> {
            late.set(true);
            reports.callIsSlow(method, LATE_MS, consequence);
        });
        outcome.onComplete(done -> loop.execute(() -> {
            timer.run();
            if (late.get()) {
                reports.slowCallCompleted(method, TimeUnit.NANOSECONDS.toMillis(loop.nanoTime() - startedNanos));
            }
        }));
        return outcome;
    }

    /**
     * Calls the method once.
     *
     * @param method its name, for the message of a failure
     * @return the future that it returned; a failed one, naming the method, if it threw or returned {@code null}
     */
    static Future<Void> of(String method, Supplier<Future<Void>> call) {
        Future<Void> outcome;
        try {
            outcome = call.get();
        } catch (Throwable e) {
            return Future.failedFuture(new IllegalStateException(method + " threw " + e, e));
        }
        return outcome != null
                ? outcome
                : Future.failedFuture(new IllegalStateException(
                        method + " returned null; expected a future, such as Future.succeededFuture()"));
    }
}
