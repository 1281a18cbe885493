package io.tidemark.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Work that waits to become one entry. The log closes it at the last moment, on its own thread, so that everything that
 * has arrived by then shares the entry and its fdatasync.
 *
 * <p>After {@link #close} exactly one of two things happens: the log's {@link LogApplier} gets the entry together with
 * this object, or {@link #failed} is called.
 */
public interface LogBatch {

    /**
     * Takes what waits and encodes it; nothing may join afterwards. Called once, on the log's thread.
     *
     * @return the payload, whose bytes must stay as they are until this batch is applied or has failed, or {@code null} if nothing is to be logged (the applier is called all the same, see {@link
     *     LogApplier#applyUnlogged})
     */
    @org.jspecify.annotations.Nullable
    ByteBuffer close();

    /**
     * The entry may or may not be durable: nobody knows until the log has been opened anew. Called on the log's thread;
     * also for a batch that was never closed, for which {@code outcomeUnknown} is false.
     *
     * @param cause {@link RetryLaterException} if nothing was written for want of room: it may be tried again; {@link
     *     BatchRefusedException} if it concerns this batch alone; else the log takes no more
     */
    void failed(IOException cause, boolean outcomeUnknown);
}
