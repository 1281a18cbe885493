/**
 * The product: one checkpointer per shard, a Vert.x verticle that forces what was appended on a steady cadence, tells
 * when it is durable, and lets the log forget only then.
 *
 * <p>On the way of a write it hears a mark after the bytes were appended; on its own way it goes tick, policy, permit,
 * capture, force, durable index, release.
 */
@NullMarked
package io.tidemark.checkpoint;

import org.jspecify.annotations.NullMarked;
