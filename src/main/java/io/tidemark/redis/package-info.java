/**
 * The RESP server: the RESP codec, the commands, and which shard a key belongs to.
 *
 * <p>On the way of a write it is the first step and, with the reply, the last.
 */
@NullMarked
package io.tidemark.redis;

import org.jspecify.annotations.NullMarked;
