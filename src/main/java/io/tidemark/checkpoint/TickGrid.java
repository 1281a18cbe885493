package io.tidemark.checkpoint;

/**
 * When a shard ticks: on one clock grid for all shards, in at most ten phases of the interval. So shards don't fsync at the same
 * instant, and a thousand idle shards wake their event loops a few times per interval, not a thousand times.
 */
final class TickGrid {
    private static final int PHASES = 10;

    private TickGrid() {}

    /**
     * The delay to a shard's next tick, in milliseconds.
     *
     * @param nowMillis time of a clock that all shards share
     * @return 1 to {@code intervalMillis}
     */
    static long delayMillis(int shard, long intervalMillis, long nowMillis) {
        long phase = intervalMillis * Math.floorMod(shard, PHASES) / PHASES;
        return intervalMillis - Math.floorMod(nowMillis - phase, intervalMillis);
    }
}
