package io.tidemark.admin;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** Sends JSON responses. On the endpoint's event loop. */
final class JsonReply {
    private JsonReply() {}

    /** Sends a response; does nothing if the client has disconnected. */
    static void send(RoutingContext request, int status, JsonObject body) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Content-Type-Options", "nosniff")
                .end(body.encodePrettily() + "\n");
    }

    /** Sends an error response. */
    static void error(RoutingContext request, int status, String message) {
        send(request, status, new JsonObject().put("error", message));
    }
}
