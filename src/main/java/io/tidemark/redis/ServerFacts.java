package io.tidemark.redis;

import io.tidemark.shard.Timestamp;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * The facts about the node that INFO and CONFIG GET show.
 *
 * @param version the node's version
 * @param start when the node started
 * @param dataDir its data directory
 * @param config its configuration as keys and values, called for each request; should contain no secrets ({@code
 *     redis.password} is never shown)
 * @param adminPort the port of the admin HTTP endpoint, 0 if the node has none
 */
public record ServerFacts(
        String version, Timestamp start, Path dataDir, Supplier<Map<String, String>> config, IntSupplier adminPort) {

    /** The facts about a node without an admin HTTP endpoint. */
    public ServerFacts(String version, Timestamp start, Path dataDir, Supplier<Map<String, String>> config) {
        this(version, start, dataDir, config, () -> 0);
    }
}
