package io.tidemark.redis;

import io.tidemark.redis.protocol.ErrorLines;
import io.tidemark.redis.protocol.ReplyWriter;
import io.tidemark.shard.Result;

/** Encodes a shard's result as a RESP reply, which depends on the type of the result only, not on the command. */
final class ResultEncoder {

    private ResultEncoder() {}

    /** Encodes the result. */
    static void encode(Result result, ReplyWriter out) {
        if (result == Result.Ok.OK) {
            out.ok();
        } else if (result instanceof Result.Value value) {
            out.bulk(value.bytes());
        } else if (result instanceof Result.Count count) {
            out.integer(count.number());
        } else if (result instanceof Result.Values values) {
            out.array(values.all().size());
            values.all().forEach(out::bulk);
        } else if (result instanceof Result.Failure failure) {
            out.error(text(failure));
        }
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
