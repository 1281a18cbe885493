package io.tidemark.log;

import io.vertx.core.Future;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One shard's log. Entries are numbered from 1; an entry is handed to the applier only when it can't be lost any more.
 *
 * <p>Life: {@link #open} once, then {@link #append} and {@link #release} from any thread, {@link #close} at the end. Work
 * is carried out on the executor the log was made with, one step at a time; no method but {@link #open} and {@link
 * #read} blocks.
 */
public interface CommitLog {

    /**
     * Checks what is on disk, makes sure that it is durable, and hands every entry from {@code durableIndex + 1} on to
     * the applier, in order. Blocks; call it on a thread that may.
     *
     * @param durableIndex the last index that the shard's data files hold durably, 0 for none
     * @return what was found
     * @throws RetryLaterException if there is no room for what must be written first, or the applier threw it: call again, and
     *     it goes on where it stopped
     * @throws io.tidemark.disk.CorruptionException if something once durable is damaged, missing, or ends below {@code
     *     durableIndex}
     */
    LogRecovery open(long durableIndex, LogApplier applier) throws IOException;

    /** Queues a batch; see {@link LogBatch} for what follows. Never blocks, any thread. */
    void append(LogBatch batch);

    /**
     * Lets the log forget entries up to and including this index. Queued to the log's own thread; never blocks.
     *
     * @param durableIndex the shard's durable index
     */
    void release(long durableIndex);

    /**
     * Looks whether the log's files still are where the next start will look for them. If somebody has removed, replaced or
     * cut off one, this log can't be relied on any more: it fails for good, as by a failed force, and this throws. Blocks;
     * any thread. Does nothing on a log that is not open.
     *
     * @throws IOException saying which file, and what was found
     */
    default void requireInPlace() throws IOException {}

    /**
     * Reads entries again, for the repair of a shard and for followers. Blocks.
     *
     * @param from first index, above {@link #releasedIndex}
     * @param to last index, at most {@link #lastIndex}
     */
    void read(long from, long to, Consumer<LogEntry> sink) throws IOException;

    /** Last durable entry's index, 0 for none. Any thread. */
    long lastIndex();

    /** Entries up to this index may be gone. Any thread. */
    long releasedIndex();

    /** Bytes of log files on disk. Any thread. */
    long retainedBytes();

    /** What the log's thread is at, {@code null} if it rests. For watchdogs; any thread. */
    default @Nullable LogActivity activity() {
        return null;
    }

    /** Whether it holds a group that it can't go on with, and does nothing with what is appended. Any thread. */
    default boolean isSuspended() {
        return false;
    }

    /**
     * From now on nothing waits for room: what waits is tried once more and then fails, its outcome unknown, for it is in
     * the log or may be; what is queued behind it was never written. For a stop that must come to an end; any thread.
     */
    default void failFast() {}

    /** Gives back room that is held to save time alone. Queued to the log's own thread; never blocks. */
    default void trim() {}

    /** Takes no further batch, finishes those that wait, closes the files. */
    Future<Void> close();
}
