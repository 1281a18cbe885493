package io.tidemark.redis;

import io.tidemark.redis.protocol.ReplyWriter;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/** A reply that is already encoded and waits for earlier ones. */
final class EncodedReply extends PendingReply {

    private final List<Buffer> encoded;

    /** @param encoded the reply as RESP; ownership passes to this object */
    EncodedReply(List<Buffer> encoded) {
        this.encoded = encoded;
    }

    @Override
    boolean ready() {
        return true;
    }

    @Override
    void encode(ReplyWriter out) {
        for (Buffer part : encoded) {
            out.raw(part.getBytes());
        }
    }
}
