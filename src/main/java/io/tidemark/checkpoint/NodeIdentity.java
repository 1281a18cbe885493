package io.tidemark.checkpoint;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.LocalMap;
import java.util.UUID;

/**
 * Who answers a request on the event bus, or publishes an event. A name is given by people, who may give it twice; so a random
 * one goes with it, made once for each Vert.x instance. Both stand in every answer and event, as {@code node} and {@code
 * instance}.
 *
 * @param node the node's name, or an empty string where none was given
 * @param instance random; other than any other node's, and than the same node's before its restart
 */
public record NodeIdentity(String node, String instance) {
    private static final String MAP = "tidemark.nodes";
    private static final String INSTANCE = "instance";
    private static final String STORE = "node of store ";

    /** That of a Vert.x instance under a name. Any thread. */
    static NodeIdentity named(Vertx vertx, String node) {
        return new NodeIdentity(node, instance(names(vertx)));
    }

    /** That of a store on a Vert.x instance; without a name if the store has never been deployed there. Any thread. */
    public static NodeIdentity of(Vertx vertx, String store) {
        LocalMap<String, String> names = names(vertx);
        return new NodeIdentity(names.getOrDefault(STORE + store, CheckpointOptions.DEFAULT_NODE), instance(names));
    }

    /** The same, and from now on the store's. */
    static NodeIdentity deployed(Vertx vertx, String store, String node) {
        names(vertx).put(STORE + store, node);
        return named(vertx, node);
    }

    // Strings, which outlive the class loader of whoever deployed them.
    private static LocalMap<String, String> names(Vertx vertx) {
        return vertx.sharedData().getLocalMap(MAP);
    }

    private static String instance(LocalMap<String, String> names) {
        return names.computeIfAbsent(INSTANCE, key -> UUID.randomUUID().toString());
    }

    /** The same body, and who it is from. */
    public JsonObject addTo(JsonObject body) {
        return body.put("node", node).put("instance", instance);
    }

    /** "node a (instance 3f2c…)". */
    @Override
    public String toString() {
        return "node " + node + " (instance " + instance + ")";
    }
}
