/**
 * The source of truth: the interface of a shard's log. {@code log.segment} is the embedded default implementation.
 *
 * <p>On the write path it is the step that makes a write durable: an entry is applied, and its write acknowledged, only
 * once it is durable in the log.
 */
@NullMarked
package io.tidemark.log;

import org.jspecify.annotations.NullMarked;
