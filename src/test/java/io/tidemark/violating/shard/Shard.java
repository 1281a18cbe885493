package io.tidemark.violating.shard;

/** Not an option type. */
public record Shard(ShardOptions options) {}
