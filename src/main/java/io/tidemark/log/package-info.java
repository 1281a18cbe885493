/**
 * The source of truth: what a shard's log promises, whoever implements it. {@code log.segment} is the embedded
 * default.
 *
 * <p>On the way of a write it is the step that makes it durable: an entry is applied, and its writer answered, only
 * after the log says that it can't be lost.
 */
@NullMarked
package io.tidemark.log;

import org.jspecify.annotations.NullMarked;
