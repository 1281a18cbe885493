/**
 * One shard's write path and life: batching, log, Bitcask, dirty mark, reply; recovery; stop.
 *
 * <p>On the write path it leads from the RESP server to the log, and from there to the data files.
 */
@NullMarked
package io.tidemark.shard;

import org.jspecify.annotations.NullMarked;
