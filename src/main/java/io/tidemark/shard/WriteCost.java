package io.tidemark.shard;

import java.util.List;

/**
 * The weight of calls: an upper bound of the bytes that they need in memory, in the log and in the data files, so that one
 * number limits all three.
 */
final class WriteCost {

    private WriteCost() {}

    /** Weight in bytes; never too low. */
    static long of(List<Call> calls) {
        long bytes = 0;
        for (int i = 0; i < calls.size(); i++) {
            bytes += calls.get(i).command().weight();
        }
        return bytes;
    }
}
