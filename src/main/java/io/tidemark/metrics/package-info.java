/**
 * Meters of checkpointers in a Micrometer registry. Needs Micrometer; nothing else in the library does.
 *
 * <p>It is not on the write path: a {@link io.tidemark.checkpoint.CheckpointListener} receives generations, and each
 * scrape reads the shards' state.
 */
@NullMarked
package io.tidemark.metrics;

import org.jspecify.annotations.NullMarked;
