/**
 * One shard's data: append-only data files, the keydir over them, rotation, and the manifest that records
 * how much of them is durable.
 *
 * <p>On the write path it follows the log: bytes go to the page cache, without a force.
 */
@NullMarked
package io.tidemark.bitcask;

import org.jspecify.annotations.NullMarked;
