/**
 * What checkpointers do, as meters of a Micrometer registry. Needs Micrometer, which nothing else of the library does.
 *
 * <p>It stands beside the way of a write and hears: of generations through a {@link
 * io.tidemark.checkpoint.CheckpointListener}, of a shard's state whenever somebody scrapes.
 */
@NullMarked
package io.tidemark.metrics;

import org.jspecify.annotations.NullMarked;
