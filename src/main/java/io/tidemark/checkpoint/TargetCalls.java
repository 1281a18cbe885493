package io.tidemark.checkpoint;

import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Asks somebody else's code for a future, and gets one whatever that code does. */
final class TargetCalls {
    private static final long LATE_MS = 5_000;

    private TargetCalls() {}

    /**
     * {@link #of}, on the loop; an answer that takes long is reported, once, and so is that it came.
     *
     * @param consequence what that means meanwhile, for the report
     */
    static Future<Void> watched(
            String method,
            String consequence,
            CheckpointLoop loop,
            CheckpointReports reports,
            Supplier<Future<Void>> asked) {
        long began = loop.nanoTime();
        Future<Void> answer = of(method, asked);
        if (answer.isComplete()) {
            return answer;
        }
        AtomicBoolean late = new AtomicBoolean();
        Runnable timer = loop.schedule(LATE_MS, () -> {
            late.set(true);
            reports.answerIsLate(method, LATE_MS, consequence);
        });
        answer.onComplete(done -> loop.execute(() -> {
            timer.run();
            if (late.get()) {
                reports.answerCame(method, TimeUnit.NANOSECONDS.toMillis(loop.nanoTime() - began));
            }
        }));
        return answer;
    }

    /**
     * Asks once.
     *
     * @param method what is asked, as the message of a failure names it
     * @return what was answered; failed, naming the method, if that threw or returned {@code null}
     */
    static Future<Void> of(String method, Supplier<Future<Void>> asked) {
        Future<Void> answer;
        try {
            answer = asked.get();
        } catch (Throwable e) {
            return Future.failedFuture(new IllegalStateException(method + " threw " + e, e));
        }
        return answer != null
                ? answer
                : Future.failedFuture(new IllegalStateException(
                        method + " returned null; expected a future, such as Future.succeededFuture()"));
    }
}
