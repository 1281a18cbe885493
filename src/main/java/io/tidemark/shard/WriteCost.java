package io.tidemark.shard;

import java.util.List;

/**
 * The weight of calls: an upper bound of the bytes that a call needs in memory, in the log and in the data files, so that
 * one number limits all three.
 */
final class WriteCost {
    /** Overhead of a call, a frame, a record, and padding. */
    private static final long CALL_BYTES = 64;

    private static final long KEY_BYTES = 32;
    private static final long INTEGER_BYTES = 20;

    private WriteCost() {}

    /** Weight in bytes; never too low. */
    static long of(List<Call> calls) {
        long bytes = 0;
        for (int i = 0; i < calls.size(); i++) {
            bytes += calls.get(i).command() instanceof Command.Write write ? CALL_BYTES + of(write) : KEY_BYTES;
        }
        return bytes;
    }

    private static long of(Command.Write write) {
        if (write instanceof Command.Set set) {
            return of(set);
        } else if (write instanceof Command.SetAll all) {
            return all.pairs().stream().mapToLong(WriteCost::of).sum();
        } else if (write instanceof Command.Delete delete) {
            return delete.keys().stream()
                    .mapToLong(key -> KEY_BYTES + key.length)
                    .sum();
        }
        return KEY_BYTES + INTEGER_BYTES + ((Command.IncrementBy) write).key().length;
    }

    private static long of(Command.Set set) {
        return KEY_BYTES + set.key().length + set.value().length;
    }
}
