/**
 * One shard's data: append-only data files, the keydir over them, rotation, and the manifest that says how much of them
 * is durable.
 *
 * <p>On the way of a write it is the step after the log: bytes go to the page cache, without a force.
 */
@NullMarked
package io.tidemark.bitcask;

import org.jspecify.annotations.NullMarked;
