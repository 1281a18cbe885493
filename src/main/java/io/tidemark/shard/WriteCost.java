package io.tidemark.shard;

import java.util.List;

/**
 * What calls weigh: at least the bytes of memory, of log and of data files that each of them needs, so that one number
 * bounds all three.
 */
final class WriteCost {
    /** Of a call, a frame of its own, a record, and their rounding up. */
    private static final long EACH = 64;

    private static final long KEY = 32;
    private static final long INTEGER = 20;

    private WriteCost() {}

    /** Bytes; never too few. */
    static long of(List<Call> calls) {
        long bytes = 0;
        for (int i = 0; i < calls.size(); i++) {
            bytes += calls.get(i).command() instanceof Command.Write write ? EACH + of(write) : KEY;
        }
        return bytes;
    }

    private static long of(Command.Write write) {
        if (write instanceof Command.Set set) {
            return of(set);
        } else if (write instanceof Command.SetAll all) {
            return all.pairs().stream().mapToLong(WriteCost::of).sum();
        } else if (write instanceof Command.Delete delete) {
            return delete.keys().stream().mapToLong(key -> KEY + key.length).sum();
        }
        return KEY + INTEGER + ((Command.IncrementBy) write).key().length;
    }

    private static long of(Command.Set set) {
        return KEY + set.key().length + set.value().length;
    }
}
