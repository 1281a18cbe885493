package io.tidemark.log;

import java.nio.ByteBuffer;

/**
 * One durable entry.
 *
 * @param index 1, 2, 3 and so on without a gap
 * @param term the leader's term in a replicated log; 1 in an embedded one
 * @param timeMillis the entry's own time, milliseconds since 1970, never before the previous entry's; expiry is judged by
 *     it, so that a replay has the same result
 * @param payload the commands, read-only; valid only during the call that passes it
 */
public record LogEntry(long index, long term, long timeMillis, ByteBuffer payload) {}
