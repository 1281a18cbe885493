package io.tidemark.checkpoint;

/**
 * All event-bus addresses of a checkpointer. All replies and events carry {@code node} and {@code instance}, see {@link
 * NodeIdentity}. Bodies are JSON objects with keys in snake_case; a request is answered when
 * it is done, or fails with a code of {@link SyncFailure}. All methods are pure functions.
 *
 * <p>Plain addresses have local consumers only: in a cluster they reach the store of that name on the sender's own node.
 * With {@link CheckpointOptions#setClustered} a store also takes requests from other nodes, under its node's name: a plain
 * address would reach that shard of an arbitrary node.
 *
 * <p>Disk pressure has one address for all stores, {@link io.tidemark.pressure.PressureEvent#ADDRESS}.
 *
 * @since 0.1
 */
public final class CheckpointAddresses {
    private CheckpointAddresses() {}

    /**
     * Request a sync of one shard: {@code {deadline_ms?}}, answered when durable by {@code {shard, generation,
     * durable_index, files, bytes, waited_ms}}.
     *
     * @param store the store's name
     * @param shard the shard's number, from 0
     * @return the address
     */
    public static String sync(String store, int shard) {
        return "tidemark." + store + ".shard." + shard + ".sync";
    }

    /**
     * The same, of one node in a cluster.
     *
     * @param node the node's name
     * @param store the store's name
     * @param shard the shard's number, from 0
     * @return the address
     */
    public static String sync(String node, String store, int shard) {
        return sync(node + "." + store, shard);
    }

    /**
     * Request a sync of all shards: {@code {deadline_ms?, partial?}}, answered by {@code {shards: [...]}} in their order
     * when all are durable. If one is not, the request fails, with the smallest of the shards' codes and a message that
     * names each; with {@code partial: true} it is answered by {@code {failed, shards: [...]}} then too, and a shard that
     * is not durable is listed as {@code {shard, failure_code, failure, message}}.
     *
     * @param store the store's name
     * @return the address
     */
    public static String syncAll(String store) {
        return "tidemark." + store + ".sync";
    }

    /**
     * The same, of one node in a cluster.
     *
     * @param node the node's name
     * @param store the store's name
     * @return the address
     */
    public static String syncAll(String node, String store) {
        return syncAll(node + "." + store);
    }

    /**
     * Published after each generation: see {@link CheckpointOutcome#toJson}.
     *
     * @param store the store's name
     * @return the address
     */
    public static String outcome(String store) {
        return "tidemark." + store + ".checkpoint";
    }

    /**
     * Published by each node of a clustered store at its start and periodically, to find other nodes of its name:
     * {@code {store}}.
     *
     * @param node the node's name
     * @param store the store's name
     * @return the address
     */
    public static String node(String node, String store) {
        return "tidemark." + node + "." + store + ".node";
    }

    /**
     * Published when another node of the cluster has the same name as this one: {@code {store, other_instance}};
     * once for each such instance. A request under that name may reach either.
     *
     * @param store the store's name
     * @return the address
     */
    public static String duplicateNode(String store) {
        return "tidemark." + store + ".duplicate-node";
    }

    /**
     * Published when a watched configuration has changed or is invalid: {@code {store, outcome, changed: {key: {from,
     * to}}, why?}}. Outcomes: {@code accepted}, the values in {@code changed} are in force; {@code rejected}, nothing has
     * changed, {@code why} says why; {@code restored}, a configuration that had been rejected equals the one in force again;
     * {@code needs_restart}, the values in {@code changed} apply only after a restart.
     *
     * @param store the store's name
     * @return the address
     */
    public static String config(String store) {
        return "tidemark." + store + ".config";
    }
}
