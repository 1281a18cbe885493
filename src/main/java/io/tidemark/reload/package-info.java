/**
 * Hot reload: a section of a watched configuration becomes new options of running checkpointers. Needs {@code
 * vertx-config}.
 *
 * <p>It stands beside the way of a write: retriever, two equal reads, check, {@link
 * io.tidemark.checkpoint.Checkpointers#reconfigure}, log and event bus.
 */
@NullMarked
package io.tidemark.reload;

import org.jspecify.annotations.NullMarked;
