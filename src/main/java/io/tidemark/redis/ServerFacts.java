package io.tidemark.redis;

import io.tidemark.shard.Timestamp;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * What INFO and CONFIG GET tell of the node.
 *
 * @param version the node's version
 * @param start when the node started
 * @param dataDir its data directory
 * @param config its configuration as keys and values, asked for anew each time; must not hold secrets (keys that end in
 *     {@code password} are left out all the same)
 * @param adminPort the port of the admin HTTP endpoint, 0 if there is none
 */
public record ServerFacts(
        String version, Timestamp start, Path dataDir, Supplier<Map<String, String>> config, IntSupplier adminPort) {

    /** Those of a node without an admin HTTP endpoint. */
    public ServerFacts(String version, Timestamp start, Path dataDir, Supplier<Map<String, String>> config) {
        this(version, start, dataDir, config, () -> 0);
    }
}
