/**
 * The RESP server: the protocol, the commands, and the mapping of keys to shards.
 *
 * <p>It is the first step of the write path and, with the reply, the last.
 */
@NullMarked
package io.tidemark.redis;

import org.jspecify.annotations.NullMarked;
