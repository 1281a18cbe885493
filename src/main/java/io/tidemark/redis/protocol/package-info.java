/**
 * RESP2 on the wire: requests out of bytes, replies into bytes, the limits of a request, and the error lines.
 *
 * <p>It knows no command, connection or shard.
 */
@NullMarked
package io.tidemark.redis.protocol;

import org.jspecify.annotations.NullMarked;
