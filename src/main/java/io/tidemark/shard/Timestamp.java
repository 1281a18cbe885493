package io.tidemark.shard;

/**
 * One moment by both clocks. Moments are compared by {@link #nanos} alone: the machine's clock may be set back or forward.
 *
 * @param nanos the monotonic clock's, as of {@link System#nanoTime}: only differences mean anything, and only in this process
 * @param epochMillis the machine's, milliseconds since 1970, for people and tools
 */
public record Timestamp(long nanos, long epochMillis) {

    /** Whether this one was later. */
    public boolean isAfter(Timestamp other) {
        return nanos - other.nanos > 0;
    }
}
