package io.tidemark.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What becomes of durable entries. All calls come from the log's thread, one at a time, in index order. */
public interface LogApplier {

    /**
     * The log is whole and goes with the durable index it was opened with. Called once, before the first entry.
     *
     * @param lastIndex the log's last index, 0 if it never had an entry
     * @throws IOException if the applier can't begin; the log does not open then
     */
    default void beginReplay(long lastIndex) throws IOException {}

    /**
     * Applies one entry that is durable.
     *
     * @param origin the batch it was made from in this process; {@code null} on replay
     * @throws RetryLaterException if it can't be applied yet: it was not, and nobody was answered. The log keeps the batch, and
     *     hands out this entry again after a pause and no other before it
     * @throws IOException if it could not be applied; the log hands out no further entry until it is opened anew. The
     *     batch was handed over by this call, so its waiters are the applier's to answer; later batches fail.
     */
    void apply(LogEntry entry, @Nullable LogBatch origin) throws IOException;

    /** A batch that had nothing to log, in its place between entries. */
    void applyUnlogged(LogBatch origin) throws IOException;
}
