package io.tidemark.metrics;

import java.time.Duration;
import java.util.stream.DoubleStream;

/**
 * Bucket bounds of every histogram, so that a dashboard can overlay them.
 *
 * @since 0.1
 */
public final class LatencyBuckets {
    private static final double[] MILLIS = {
        0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000
    };

    private LatencyBuckets() {}

    /**
     * From 50 µs, a fast disk's flush, to a minute.
     *
     * @return the upper bounds, ascending
     */
    public static Duration[] durations() {
        return DoubleStream.of(MILLIS)
                .mapToObj(millis -> Duration.ofNanos(Math.round(millis * 1e6)))
                .toArray(Duration[]::new);
    }
}
