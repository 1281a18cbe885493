package io.tidemark.checkpoint;

/**
 * When a shard ticks: on one clock grid common to all, in at most ten phases of the interval. So shards don't fsync at one
 * instant, and a thousand idle ones wake their event loops a few times an interval instead of a thousand times.
 */
final class TickGrid {
    private static final int PHASES = 10;

    private TickGrid() {}

    /**
     * How long until the next tick of a shard.
     *
     * @param nowMillis on a clock that all shards share
     * @return 1 to {@code intervalMillis}
     */
    static long delayMillis(int shard, long intervalMillis, long nowMillis) {
        long phase = intervalMillis * Math.floorMod(shard, PHASES) / PHASES;
        return intervalMillis - Math.floorMod(nowMillis - phase, intervalMillis);
    }
}
