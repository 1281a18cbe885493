package io.tidemark.checkpoint;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.shareddata.LocalMap;
import java.util.UUID;

/**
 * Identifies the node that answers a request on the event bus or publishes an event. Two nodes may be configured with the same
 * name by mistake; so a random instance id, made once per Vert.x instance, goes with it. Every reply and event has both, as
 * {@code node} and {@code instance}.
 *
 * @param node the node's name, or an empty string where none was given
 * @param instance random; differs from any other node's, and from the same node's before a restart
 * @since 0.1
 */
public record NodeIdentity(String node, String instance) {
    private static final String MAP = "tidemark.nodes";
    private static final String INSTANCE = "instance";
    private static final String STORE = "node of store ";

    /** The identity of a Vert.x instance under a name. Any thread. */
    static NodeIdentity named(Vertx vertx, String node) {
        return new NodeIdentity(node, instance(names(vertx)));
    }

    /**
     * {@return the identity of a store on a Vert.x instance; without a name if it was never deployed there} Any thread.
     *
     * @param vertx the Vert.x instance
     * @param store the store's name
     */
    public static NodeIdentity of(Vertx vertx, String store) {
        LocalMap<String, String> names = names(vertx);
        return new NodeIdentity(names.getOrDefault(STORE + store, CheckpointOptions.DEFAULT_NODE), instance(names));
    }

    /** As {@link #named}, and records the name for the store. */
    static NodeIdentity deployed(Vertx vertx, String store, String node) {
        names(vertx).put(STORE + store, node);
        return named(vertx, node);
    }

    // Strings survive the class loader of the deployment.
    private static LocalMap<String, String> names(Vertx vertx) {
        return vertx.sharedData().getLocalMap(MAP);
    }

    private static String instance(LocalMap<String, String> names) {
        return names.computeIfAbsent(INSTANCE, key -> UUID.randomUUID().toString());
    }

    /**
     * Adds {@code node} and {@code instance} to a body, and returns it.
     *
     * @param body the body
     * @return the same body
     */
    public JsonObject addTo(JsonObject body) {
        return body.put("node", node).put("instance", instance);
    }

    /** "node a (instance 3f2c…)". */
    @Override
    public String toString() {
        return "node " + node + " (instance " + instance + ")";
    }
}
