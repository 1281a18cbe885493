package io.tidemark.redis;

import io.tidemark.redis.protocol.ReplyWriter;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A reply that depends on something other than a shard's call, for example on the end of a SAVE. */
final class DeferredReply extends PendingReply {

    private @Nullable Consumer<ReplyWriter> reply;

    /** Makes the reply ready. */
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
