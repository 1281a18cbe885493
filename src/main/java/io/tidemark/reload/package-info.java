/**
 * Hot reload: a changed section of a watched configuration becomes the new options of running checkpointers. Needs
 * {@code vertx-config}.
 *
 * <p>It is not on the write path: retriever, two equal reads, validation, {@link
 * io.tidemark.checkpoint.Checkpointers#reconfigure}, log and event bus.
 */
@NullMarked
package io.tidemark.reload;

import org.jspecify.annotations.NullMarked;
