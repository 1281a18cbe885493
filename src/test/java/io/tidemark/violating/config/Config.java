package io.tidemark.violating.config;

import io.tidemark.violating.shard.ShardOptions;

/** Uses an option type, which is right. */
record Config(ShardOptions options) {}
