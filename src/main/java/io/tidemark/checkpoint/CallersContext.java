package io.tidemark.checkpoint;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.RejectedExecutionException;

/** Completes futures on the caller's context instead of the shard's event loop. */
final class CallersContext {
    private CallersContext() {}

    /** The same outcome, completed on the calling thread's Vert.x context if it has one and Vert.x has not been closed. */
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
