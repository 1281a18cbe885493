package io.tidemark.checkpoint;

/**
 * Every event-bus address of a checkpointer. Bodies are JSON objects with keys in snake_case.
 *
 * <p>Disk pressure has one address for all stores, {@link io.tidemark.pressure.PressureEvent#ADDRESS}.
 */
public final class CheckpointAddresses {
    private CheckpointAddresses() {}

    /**
     * Request a sync of one shard: {@code {deadline_ms?}}, answered when durable by {@code {shard, generation,
     * durable_index, files, bytes, waited_ms}} or failed with a code of {@link SyncFailure}.
     */
    public static String sync(String store, int shard) {
        return "tidemark." + store + ".shard." + shard + ".sync";
    }

    /** Request a sync of all shards: {@code {deadline_ms?}}, answered by {@code {shards: [...]}}. */
    public static String syncAll(String store) {
        return "tidemark." + store + ".sync";
    }

    /** Published after each generation: see {@link CheckpointOutcome#toJson}. */
    public static String outcome(String store) {
        return "tidemark." + store + ".checkpoint";
    }

    /**
     * Published when a watched configuration has changed, or can't be used: {@code {store, outcome, changed: {key: {from,
     * to}}, why?}}. Outcomes: {@code accepted}, what is in {@code changed} is in force; {@code rejected}, nothing changed,
     * for the reason in {@code why}; {@code restored}, what was rejected before is gone and nothing differs from what is in
     * force; {@code needs_restart}, what is in {@code changed} is not in force and can't be while running.
     */
    public static String config(String store) {
        return "tidemark." + store + ".config";
    }
}
