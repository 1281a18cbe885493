package io.tidemark.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Applies durable entries. Called on the log's thread, one call at a time, in index order. */
public interface LogApplier {

    /**
     * The log is complete and consistent with the durable index it was opened with. Called once, before the first entry.
     *
     * @param lastIndex the log's last index, 0 if it has no entry yet
     * @throws IOException if the applier can't begin; opening the log fails then
     */
    default void beginReplay(long lastIndex) throws IOException {}

    /**
     * Applies one entry that is durable.
     *
     * @param origin the batch that became this entry in this process; {@code null} on replay
     * @throws RetryLaterException if the entry can't be applied yet: it was not applied and no client was answered. The log
     *     keeps the batch, and passes the same entry again after a pause, before any other
     * @throws IOException if the entry could not be applied; the log applies no further entry until it is reopened. The applier
     *     owns the batch from this call on and must answer its waiters; later batches fail
     */
    void apply(LogEntry entry, @Nullable LogBatch origin) throws IOException;

    /** Processes a batch that has nothing to log, at its place between the entries. */
    void applyUnlogged(LogBatch origin) throws IOException;
}
