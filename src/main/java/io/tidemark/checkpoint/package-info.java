/**
 * The product: one checkpointer per shard, a Vert.x verticle that periodically forces what was appended, publishes the
 * durable index, and only then lets the log release its entries.
 *
 * <p>On the write path a mark follows the append. The checkpoint path is: tick, policy, permit, capture, force, durable index,
 * release.
 */
@NullMarked
package io.tidemark.checkpoint;

import org.jspecify.annotations.NullMarked;
