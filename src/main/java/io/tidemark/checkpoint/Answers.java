package io.tidemark.checkpoint;

import io.vertx.core.Future;
import java.util.function.Supplier;

/** Asks somebody else's code for a future, and gets one whatever that code does. */
final class Answers {
    private Answers() {}

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
