package io.tidemark.checkpoint;

import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sync request from the event bus: what it asks, and that it is answered whatever happens, since a handler that throws
 * sends no reply and leaves its caller to wait.
 *
 * @param deadlineMillis after which the caller wants to hear, {@link #NO_DEADLINE} if it waits for ever
 * @param partial whether a reply is wanted also when not every shard is durable
 */
record SyncRequest(long deadlineMillis, boolean partial) {
    private static final Logger LOG = LoggerFactory.getLogger(SyncRequest.class);

    /** No deadline. */
    static final long NO_DEADLINE = 0;

    private static final long LONGEST_DEADLINE_MS = TimeUnit.DAYS.toMillis(1);
    private static final String DEADLINE = "deadline_ms";
    private static final String PARTIAL = "partial";

    /** What a request to one shard may say. */
    static final Set<String> OF_A_SHARD = Set.of(DEADLINE);

    /** What a request to a store may say. */
    static final Set<String> OF_A_STORE = Set.of(DEADLINE, PARTIAL);

    /**
     * Reads a request, has it carried out, and replies or fails, saying who does. A malformed one fails by {@link
     * SyncFailure#BAD_REQUEST}, what is not a {@link SyncException} by {@link SyncFailure#UNAVAILABLE}.
     */
    static void answer(
            Message<?> message,
            NodeIdentity from,
            Set<String> mayHave,
            Function<SyncRequest, Future<JsonObject>> work) {
        try {
            work.apply(parse(message.body(), mayHave))
                    .onSuccess(body -> message.reply(from.addTo(body)))
                    .onFailure(why -> fail(message, from, why));
        } catch (RuntimeException why) {
            fail(message, from, why);
        }
    }

    private static void fail(Message<?> message, NodeIdentity from, Throwable why) {
        String who = from.node().isEmpty() ? "" : from + ": "; // a failure has no body
        if (why instanceof SyncException known) {
            message.fail(known.failure().code(), who + known.getMessage());
        } else {
            LOG.warn("a sync request to {} could not be carried out", message.address(), why);
            message.fail(SyncFailure.UNAVAILABLE.code(), who + why);
        }
    }

    /** @throws SyncException naming what is wrong and what would be right */
    static SyncRequest parse(@Nullable Object body, Set<String> mayHave) {
        if (body == null) {
            return new SyncRequest(NO_DEADLINE, false);
        }
        if (!(body instanceof JsonObject json)) {
            throw bad("the body is `" + Excerpt.of(body) + "`, expected a JSON object with keys of "
                    + new TreeSet<>(mayHave));
        }
        TreeSet<String> unknown = new TreeSet<>(json.fieldNames());
        unknown.removeAll(mayHave);
        if (!unknown.isEmpty()) {
            throw bad("unknown key `" + Excerpt.of(unknown.first()) + "`; known are " + new TreeSet<>(mayHave));
        }
        return new SyncRequest(deadline(json.getValue(DEADLINE)), flag(json.getValue(PARTIAL)));
    }

    private static long deadline(@Nullable Object value) {
        if (value == null) {
            return NO_DEADLINE;
        }
        if ((value instanceof Integer || value instanceof Long)
                && ((Number) value).longValue() >= 1
                && ((Number) value).longValue() <= LONGEST_DEADLINE_MS) {
            return ((Number) value).longValue();
        }
        throw bad(
                DEADLINE + " is `" + Excerpt.of(value) + "`, expected a whole number from 1 to " + LONGEST_DEADLINE_MS);
    }

    private static boolean flag(@Nullable Object value) {
        if (value == null || value instanceof Boolean) {
            return Boolean.TRUE.equals(value);
        }
        throw bad(PARTIAL + " is `" + Excerpt.of(value) + "`, expected true or false");
    }

    private static SyncException bad(String why) {
        return new SyncException(SyncFailure.BAD_REQUEST, why);
    }
}
