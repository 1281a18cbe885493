package io.tidemark.checkpoint;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.RejectedExecutionException;

/** Brings outcomes from a shard's event loop to whoever asked. */
final class CallersContext {
    private CallersContext() {}

    /** The same outcome, on the Vert.x context of the calling thread if that has one and Vert.x is not closed by then. */
    static <T> Future<T> bring(Future<T> outcome) {
        Context caller = Vertx.currentContext();
        if (caller == null) {
            return outcome;
        }
        Promise<T> answer = Promise.promise();
        outcome.onComplete((result, failure) -> {
            try {
                caller.runOnContext(nothing -> answer.complete(result, failure));
            } catch (RejectedExecutionException closed) {
                answer.complete(result, failure);
            }
        });
        return answer.future();
    }
}
