package io.tidemark.shard;

/**
 * A point in time by both clocks. Timestamps are compared by {@link #nanos} only, since the wall clock may jump.
 *
 * @param nanos reading of the monotonic clock, as {@link System#nanoTime}: only differences within this process are
 *     meaningful
 * @param epochMillis reading of the wall clock, milliseconds since 1970, for display
 */
public record Timestamp(long nanos, long epochMillis) {

    /** Whether this one is later. */
    public boolean isAfter(Timestamp other) {
        return nanos - other.nanos > 0;
    }
}
