package io.tidemark.admin;

import io.tidemark.checkpoint.SyncException;
import io.tidemark.checkpoint.SyncFailure;
import io.tidemark.checkpoint.SyncResult;
import io.tidemark.shard.Shards;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/sync}: syncs every shard, or {@code shard}, and answers when all syncs have ended or {@code deadline_ms} have
 * passed. Both parameters can be in the query or in a JSON body.
 *
 * <p>200: everything applied before the request is durable. 504: not within the deadline; the syncs go on. 503: a shard could
 * not be made durable. 400: malformed request. On the endpoint's event loop.
 */
final class SyncRoute implements Handler<RoutingContext> {
    static final long DEFAULT_DEADLINE_MS = 30_000;
    static final long MAX_DEADLINE_MS = 300_000;

    private final Shards shards;

    SyncRoute(Shards shards) {
        this.shards = shards;
    }

    /** The outcome of one shard's sync; either the result or the failure is null. */
    private record Answer(int shard, @Nullable SyncResult result, @Nullable Throwable failure) {
        SyncFailure kind() {
            return failure instanceof SyncException known ? known.failure() : SyncFailure.DEADLINE;
        }

        JsonObject toJson(long deadlineMillis) {
            if (result != null) {
                return result.toJson().put("ok", true);
            }
            String error = failure instanceof SyncException
                    ? String.valueOf(failure.getMessage())
                    : "shard " + shard + " was not durable within " + deadlineMillis + " ms; the sync goes on";
            return new JsonObject()
                    .put("shard", shard)
                    .put("ok", false)
                    .put("failure", kind().name().toLowerCase(Locale.ROOT))
                    .put("code", kind().code())
                    .put("error", error);
        }
    }

    @Override
    public void handle(RoutingContext request) {
        long deadline;
        List<Integer> selected;
        try {
            JsonObject body = body(request);
            deadline = number(request, body, "deadline_ms", DEFAULT_DEADLINE_MS, 1, MAX_DEADLINE_MS);
            long shard = number(request, body, "shard", -1, 0, shards.count() - 1L);
            selected = shard < 0 ? IntStream.range(0, shards.count()).boxed().toList() : List.of((int) shard);
        } catch (IllegalArgumentException malformed) {
            JsonReply.error(request, 400, String.valueOf(malformed.getMessage()));
            return;
        }
        List<Future<Answer>> answers = new ArrayList<>();
        for (int shard : selected) {
            answers.add(sync(shard, deadline));
        }
        Context loop = request.vertx().getOrCreateContext();
        Future.join(answers)
                .onComplete(done -> loop.runOnContext(
                        nothing -> answer(request, done.result().list(), deadline)));
    }

    private Future<Answer> sync(int shard, long deadlineMillis) {
        return shards.sync(shard)
                .timeout(deadlineMillis, TimeUnit.MILLISECONDS)
                .map(result -> new Answer(shard, result, null))
                .otherwise(failure -> new Answer(shard, null, failure));
    }

    private static void answer(RoutingContext request, List<Answer> answers, long deadlineMillis) {
        int status = 200;
        JsonArray each = new JsonArray();
        for (Answer answer : answers) {
            each.add(answer.toJson(deadlineMillis));
            if (answer.failure() != null && status != 503) {
                status = answer.kind() == SyncFailure.DEADLINE ? 504 : 503;
            }
        }
        JsonReply.send(request, status, new JsonObject().put("shards", each));
    }

    private static JsonObject body(RoutingContext request) {
        Buffer body = request.body().buffer();
        if (body == null || body.length() == 0) {
            return new JsonObject();
        }
        try {
            return body.toJsonObject();
        } catch (DecodeException | ClassCastException notAnObject) {
            throw new IllegalArgumentException("the body is not a JSON object {deadline_ms?, shard?}");
        }
    }

    private static long number(RoutingContext request, JsonObject body, String name, long absent, long min, long max) {
        String text = request.request().getParam(name);
        Object value = text == null ? body.getValue(name) : text;
        if (value == null) {
            return absent;
        }
        try {
            long number = Long.parseLong(value.toString());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException notANumber) {
            // reported below
        }
        throw new IllegalArgumentException(
                name + " is `" + value + "`, expected a whole number from " + min + " to " + max);
    }
}
