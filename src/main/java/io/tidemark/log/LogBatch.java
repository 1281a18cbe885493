package io.tidemark.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Work that is queued to become one entry. The log closes it as late as possible, on its own thread, so that everything
 * that has arrived by then shares the entry and its fdatasync.
 *
 * <p>After {@link #close}, exactly one of two things happens: the {@link LogApplier} receives the entry together with this
 * object, or {@link #failed} is called.
 */
public interface LogBatch {

    /**
     * Closes the batch to further work and encodes it. Called once, on the log's thread.
     *
     * @return the payload, whose bytes must not change until this batch is applied or has failed; or {@code null} if there is
     *     nothing to log (the applier is then called by {@link LogApplier#applyUnlogged})
     */
    @org.jspecify.annotations.Nullable
    ByteBuffer close();

    /**
     * The batch failed. Called on the log's thread; also for a batch that was never closed.
     *
     * @param cause {@link RetryLaterException} if nothing was written because the disk is full: it may be retried; {@link
     *     BatchRefusedException} if only this batch is affected; otherwise the log accepts no further batch
     * @param outcomeUnknown whether the entry may be durable, which is unknown until the log is reopened; false if nothing was
     *     written
     */
    void failed(IOException cause, boolean outcomeUnknown);
}
