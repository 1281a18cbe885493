package io.tidemark.log;

import io.vertx.core.Future;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One shard's log. Entries are numbered from 1; an entry is handed to the applier only once it is durable.
 *
 * <p>Call {@link #open} once, then {@link #append} and {@link #release} from any thread, and {@link #close} at the end. The
 * log runs its tasks one at a time on the executor it was created with. Only {@link #open}, {@link #read} and {@link
 * #requireInPlace} block.
 */
public interface CommitLog {

    /**
     * Checks what is on disk, makes sure that it is durable, and hands every entry from {@code durableIndex + 1} on to
     * the applier, in order. Blocks.
     *
     * @param durableIndex the last index that the shard's data files hold durably, 0 for none
     * @return what was found
     * @throws RetryLaterException if the disk is too full for what must be written first, or if the applier threw it: call
     *     again to continue where it stopped
     * @throws io.tidemark.disk.CorruptionException if something once durable is damaged, missing, or ends below {@code
     *     durableIndex}
     */
    LogRecovery open(long durableIndex, LogApplier applier) throws IOException;

    /** Queues a batch; see {@link LogBatch} for what happens to it. Never blocks; any thread. */
    void append(LogBatch batch);

    /**
     * Lets the log forget entries up to and including this index. Queued to the log's own thread; never blocks.
     *
     * @param durableIndex the shard's durable index
     */
    void release(long durableIndex);

    /**
     * Checks that the log's files are still where the next start will look for them. If one was removed, replaced or
     * truncated, the log fails permanently, as after a failed force, and this method throws. Does nothing if the log is not
     * open. Blocks; any thread.
     *
     * @throws IOException naming the file and what was found
     */
    default void requireInPlace() throws IOException {}

    /**
     * Reads entries again, for the repair of a shard and for followers. Blocks.
     *
     * @param from first index, above {@link #releasedIndex}
     * @param to last index, at most {@link #lastIndex}
     */
    void read(long from, long to, Consumer<LogEntry> sink) throws IOException;

    /** Index of the last durable entry, 0 for none. Any thread. */
    long lastIndex();

    /** The released index: entries up to it may no longer exist. Any thread. */
    long releasedIndex();

    /** Bytes of log files on disk. Any thread. */
    long retainedBytes();

    /** What the log's thread is doing, {@code null} if idle. For watchdogs; any thread. */
    default @Nullable LogActivity activity() {
        return null;
    }

    /**
     * Whether the log is suspended: it holds a group that it can't finish yet, and only queues what is appended. Any
     * thread.
     */
    default boolean isSuspended() {
        return false;
    }

    /**
     * From now on the log never suspends: a suspended group is retried once and then fails with its outcome unknown, since
     * it may be in the log; batches queued behind it fail unwritten. Lets a shutdown finish on a full disk; any thread.
     */
    default void failFast() {}

    /** Frees disk space that is held only for speed. Queued to the log's own thread; never blocks. */
    default void trim() {}

    /** Refuses further batches, commits the queued ones, closes the files. */
    Future<Void> close();
}
