package io.tidemark.admin;

import io.vertx.core.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs one call at a time and shares its result with all callers that arrive while it runs. A caller that arrives after its end
 * starts the next. On one event loop.
 *
 * @param <T> type of the result
 */
final class SharedCall<T> {
    private final Supplier<Future<T>> call;
    private @Nullable Future<T> running;

    /** @param call starts the call; its future completes on the callers' event loop */
    SharedCall(Supplier<Future<T>> call) {
        this.call = call;
    }

    /** Joins the running call, or starts one. */
    Future<T> join() {
        Future<T> shared = running;
        if (shared == null) {
            shared = call.get();
            running = shared;
            shared.onComplete(done -> running = null);
        }
        return shared;
    }
}
