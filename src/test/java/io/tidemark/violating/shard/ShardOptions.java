package io.tidemark.violating.shard;

/** An option type, which {@code config} may use and {@code pressure} may not. */
public record ShardOptions(int count) {}
