package io.tidemark.redis;

import io.tidemark.redis.protocol.ErrorLines;
import io.tidemark.redis.protocol.ReplyWriter;
import io.tidemark.shard.Result;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Encodes a shard's result as a RESP reply, which depends on the type of the result only, not on the command. */
final class ResultEncoder {

    private static final Result.Visitor<ReplyWriter> ENCODING = new Result.Visitor<>() {
        @Override
        public void ok(ReplyWriter out) {
            out.ok();
        }

        @Override
        public void postponed(ReplyWriter out) {
            throw new IllegalStateException("a postponed read has no reply; it is submitted again");
        }

        @Override
        public void count(long number, ReplyWriter out) {
            out.integer(number);
        }

        @Override
        public void value(byte @Nullable [] bytes, ReplyWriter out) {
            out.bulk(bytes);
        }

        @Override
        public void values(List<byte @Nullable []> all, ReplyWriter out) {
            out.array(all.size());
            all.forEach(out::bulk);
        }

        @Override
        public void failure(Result.Failure failure, ReplyWriter out) {
            out.error(text(failure));
        }
    };

    private ResultEncoder() {}

    /** Encodes the result. */
    static void encode(Result result, ReplyWriter out) {
        result.accept(ENCODING, out);
    }

    /** The error line for a failure, without the leading dash. */
    static String text(Result.Failure failure) {
        String message = failure.message();
        return switch (failure.kind()) {
            case NOT_AN_INTEGER -> ErrorLines.NOT_AN_INTEGER;
            case OVERFLOW -> "ERR increment or decrement would overflow";
            case SHED -> "DISKPRESSURE " + message;
            case LOADING -> "LOADING " + message;
            case STOPPED -> "ERR " + message + "; the node is shutting down";
            case NO_MEMORY -> "OOM " + message;
            case NOT_CARRIED_OUT -> "ERR " + message;
            case OUTCOME_UNKNOWN -> "ERR outcome unknown: " + message;
            case UNREADABLE -> "ERR unreadable: " + message;
            case TOO_LARGE -> "ERR " + message;
        };
    }
}
