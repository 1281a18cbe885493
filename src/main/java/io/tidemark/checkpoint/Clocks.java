package io.tidemark.checkpoint;

import java.util.function.LongSupplier;

/**
 * The clocks of a shard's counter and of its checkpointer, which compare their times. Any thread.
 *
 * @param nanoTime monotonic, in nanoseconds
 * @param epochMillis milliseconds since 1970
 */
record Clocks(LongSupplier nanoTime, LongSupplier epochMillis) {
    /** The machine's. Nothing else in this package reads them. */
    static final Clocks SYSTEM = new Clocks(System::nanoTime, System::currentTimeMillis);
}
