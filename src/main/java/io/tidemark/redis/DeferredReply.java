package io.tidemark.redis;

import io.vertx.core.AsyncResult;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A reply that comes from elsewhere than a shard's call, for example when a SAVE is through. */
final class DeferredReply extends PendingReply {

    /** Words an outcome. */
    @FunctionalInterface
    interface Encoder<T> {
        /** Writes the one reply. */
        void encode(AsyncResult<T> outcome, ReplyWriter out);
    }

    private @Nullable Consumer<ReplyWriter> reply;

    /** Makes it ready. */
    void resolve(Consumer<ReplyWriter> encoder) {
        this.reply = encoder;
    }

    @Override
    boolean ready() {
        return reply != null;
    }

    @Override
    void encode(ReplyWriter out) {
        if (reply != null) {
            reply.accept(out);
        }
    }
}
