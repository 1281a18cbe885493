package io.tidemark.violating.config;

import io.tidemark.violating.shard.Shard;

/** Uses a shard, which is not. */
record ConfigSource(Shard shard) {}
