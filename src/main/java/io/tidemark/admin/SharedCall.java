package io.tidemark.admin;

import io.vertx.core.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call at a time, shared by all who ask while it runs. Who asks after its end starts the next. On one event loop.
 *
 * @param <T> what the call gives
 */
final class SharedCall<T> {
    private final Supplier<Future<T>> call;
    private @Nullable Future<T> running;

    /** @param call starts the call; its future completes on the event loop that asks */
    SharedCall(Supplier<Future<T>> call) {
        this.call = call;
    }

    Future<T> ask() {
        Future<T> shared = running;
        if (shared == null) {
            shared = call.get();
            running = shared;
            shared.onComplete(done -> running = null);
        }
        return shared;
    }
}
