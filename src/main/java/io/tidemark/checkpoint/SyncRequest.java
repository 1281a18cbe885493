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
 * A sync request from the event bus. It is always answered: a handler that throws would send no reply and leave its caller
 * waiting.
 *
 * @param deadlineMillis after which the request fails while the sync continues, {@link #NO_DEADLINE} to wait for ever
 * @param partial whether to reply even if not every shard is durable
 */
record SyncRequest(long deadlineMillis, boolean partial) {
    private static final Logger LOG = LoggerFactory.getLogger(SyncRequest.class);

    /** No deadline. */
    static final long NO_DEADLINE = 0;

    private static final long MAX_DEADLINE_MS = TimeUnit.DAYS.toMillis(1);
    private static final String DEADLINE = "deadline_ms";
    private static final String PARTIAL = "partial";

    /** Keys of a request to one shard. */
    static final Set<String> SHARD_KEYS = Set.of(DEADLINE);

    /** Keys of a request to a store. */
    static final Set<String> STORE_KEYS = Set.of(DEADLINE, PARTIAL);

    /**
     * Parses a request, carries it out, and replies or fails with this node's identity. A malformed request fails with {@link
     * SyncFailure#BAD_REQUEST}, anything other than a {@link SyncException} with {@link SyncFailure#UNAVAILABLE}.
     */
    static void answer(
            Message<?> message,
            NodeIdentity from,
            Set<String> allowedKeys,
            Function<SyncRequest, Future<JsonObject>> work) {
        try {
            work.apply(parse(message.body(), allowedKeys))
                    .onSuccess(body -> message.reply(from.addTo(body)))
                    .onFailure(why -> fail(message, from, why));
        } catch (RuntimeException why) {
            fail(message, from, why);
        }
    }

    private static void fail(Message<?> message, NodeIdentity from, Throwable why) {
        String who = from.node().isEmpty() ? "" : from + ": "; // a failure has no body to name the node
        if (why instanceof SyncException known) {
            message.fail(known.failure().code(), who + known.getMessage());
        } else {
            LOG.warn("a sync request to {} could not be carried out", message.address(), why);
            message.fail(SyncFailure.UNAVAILABLE.code(), who + why);
        }
    }

    /** @throws SyncException naming the value found and the value expected */
    static SyncRequest parse(@Nullable Object body, Set<String> allowedKeys) {
        if (body == null) {
            return new SyncRequest(NO_DEADLINE, false);
        }
        if (!(body instanceof JsonObject json)) {
            throw bad("the body is `" + Excerpt.of(body) + "`, expected a JSON object with keys of "
                    + new TreeSet<>(allowedKeys));
        }
        TreeSet<String> unknown = new TreeSet<>(json.fieldNames());
        unknown.removeAll(allowedKeys);
        if (!unknown.isEmpty()) {
            throw bad("unknown key `" + Excerpt.of(unknown.first()) + "`; known are " + new TreeSet<>(allowedKeys));
        }
        return new SyncRequest(deadline(json.getValue(DEADLINE)), flag(json.getValue(PARTIAL)));
    }

    private static long deadline(@Nullable Object value) {
        if (value == null) {
            return NO_DEADLINE;
        }
        if ((value instanceof Integer || value instanceof Long)
                && ((Number) value).longValue() >= 1
                && ((Number) value).longValue() <= MAX_DEADLINE_MS) {
            return ((Number) value).longValue();
        }
        throw bad(DEADLINE + " is `" + Excerpt.of(value) + "`, expected a whole number from 1 to " + MAX_DEADLINE_MS);
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
