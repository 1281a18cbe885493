package io.tidemark.log.segment;

import io.tidemark.disk.Disk;
import io.tidemark.log.CommitLog;
import io.tidemark.log.LogActivity;
import io.tidemark.log.LogApplier;
import io.tidemark.log.LogBatch;
import io.tidemark.log.LogEntry;
import io.tidemark.log.LogHost;
import io.tidemark.log.LogRecovery;
import io.tidemark.log.RetryLaterException;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded log of one shard, in a directory of its own. On disk:
 *
 * <pre>
 * LOG                            {@link ControlFile}: list of segments, released index
 * 0000000007.log                 {@link SegmentHeader}, then {@link Frame}s
 *   | header 4096 | ENTRY 41 | ENTRY 42 | ... | ENTRY 97 |
 * 0000000008.log                 its header says: 7 ended at this offset, with entry 97
 *   | header 4096 | ENTRY 98 | ... | MARK |     a MARK at the end: closed cleanly
 * </pre>
 *
 * <ul>
 *   <li><b>Group commit.</b> {@link #append} queues the batch and schedules a task unless one is scheduled. The task takes
 *       the queued batches (up to {@link Group#MAX_BYTES}), closes each, and makes one write and one force for all; then it
 *       applies them in order. If more are queued it is submitted again, so that shards share a pool's threads fairly. A
 *       group with nothing to log costs no system call.
 *   <li><b>Files</b> are created at the first append. Recovery never appends to an existing file.
 *   <li><b>A failed write or force is final</b>, and so is a failed creation of a segment. The group's batches fail with
 *       their outcome unknown (if any of them may have been written), all others as not written; {@link LogHost#failed} is
 *       called once. The force is never retried.
 *   <li><b>Removed or replaced files are a failure, too</b>: no restart would find what is appended to them and forced.
 *   <li><b>A full disk is no failure.</b> If no segment can be created, the group is refused: nothing of it was written. If
 *       the disk is full when the group itself is written, the log is suspended, without a thread, and later writes the
 *       same bytes to the same place again: nothing was forced, so no error can have been swallowed, and bytes after the
 *       last durable frame are ignored. The group can't be refused instead: a complete frame of it may be on disk, and
 *       recovery would find it.
 *   <li><b>An entry that can't be applied yet</b> ({@link RetryLaterException}) suspends the log in the same way. The caller of
 *       {@link #append} bounds what is queued meanwhile.
 *   <li><b>A failed apply</b> stops the log, too, but is no failure of the log: its entries are durable and are replayed
 *       when it is reopened. The applier must answer the batch whose {@code apply} threw; later batches get {@link
 *       LogBatch#failed}. {@link LogHost#applyFailed} is called once.
 * </ul>
 *
 * <p>Threads: tasks run on the executor, one at a time, and so do the callbacks of batches, appliers and hosts. If the executor
 * rejects a task, the queued batches fail on the thread that appended.
 */
public final class SegmentLog implements CommitLog {
    /** The term of every entry of an embedded log. */
    static final long TERM = 1;

    private static final Logger LOG = LoggerFactory.getLogger(SegmentLog.class);

    private final Disk disk;
    private final LogDirectory directory;
    private final int shard;
    private final SegmentLogOptions options;
    private final Executor executor;
    private final LongSupplier epochMillis;
    private final LogHost host;

    private final BatchQueue queue;
    private final GroupCommitter committer;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicBoolean closeRequested = new AtomicBoolean();
    private final AtomicLong releaseTo = new AtomicLong();
    private final Runnable task = this::run;

    private volatile boolean releasePending;
    private volatile boolean retryDue;
    private volatile boolean trimPending;
    private volatile @Nullable SegmentStore recoveredStore;
    private volatile @Nullable IOException displacement;

    /**
     * A log that is not open yet; touches no file.
     *
     * @param directory for this log alone; need not exist
     * @param dataDirectoryId files of any other data directory are refused
     * @param shard for messages, and to refuse another shard's files
     * @param executor runs this log's tasks one at a time, in order; they block on the disk
     * @param epochMillis the clock for entry times, milliseconds since 1970
     */
    public SegmentLog(
            Disk disk,
            Path directory,
            UUID dataDirectoryId,
            int shard,
            SegmentLogOptions options,
            Executor executor,
            LongSupplier epochMillis,
            LogHost host) {
        this.disk = disk;
        this.directory = new LogDirectory(disk, directory, dataDirectoryId, shard);
        this.shard = shard;
        this.options = options;
        this.executor = executor;
        this.epochMillis = epochMillis;
        this.host = host;
        this.queue = new BatchQueue(shard, (int)
                Math.min(Group.MAX_BYTES, options.segmentBytes() - SegmentHeader.BYTES - Frame.HEADER_BYTES));
        this.committer = new GroupCommitter(shard, this.directory, epochMillis, host, queue, this::retry);
    }

    @Override
    public LogRecovery open(long durableIndex, LogApplier target) throws IOException {
        LogState now = committer.state();
        if (!(now instanceof LogState.Fresh || now instanceof LogState.Replaying)) {
            throw new IllegalStateException("log of shard " + shard + " was opened before");
        }
        committer.applier(target);
        SegmentStore store = null;
        try {
            LogState.Replaying replaying = now instanceof LogState.Replaying begun ? begun : recover(durableIndex);
            store = replaying.store();
            if (now != replaying) {
                target.beginReplay(store.lastIndex());
                committer.setState(replaying);
            }
            recoveredStore = store; // the counters work from here on
            replaying.replay().run(target);
            committer.setState(new LogState.Open(store));
            if (releasePending) {
                schedule();
            }
            return replaying.result();
        } catch (RetryLaterException later) {
            if (store != null && committer.state() instanceof LogState.Fresh) {
                committer.closeFiles(store);
            }
            throw later;
        } catch (IOException | RuntimeException | Error failure) {
            committer.setState(
                    new LogState.Failed(new IOException("log of shard " + shard + " could not be opened", failure)));
            if (store != null) {
                committer.closeFiles(store);
            }
            throw failure;
        }
    }

    private LogState.Replaying recover(long durableIndex) throws IOException {
        Preallocator preallocator = new Preallocator(options.preallocateBytes(), options.segmentBytes(), host::ample);
        Recovered recovered = new Recovery(directory, preallocator, epochMillis).run(durableIndex);
        SegmentStore store = new SegmentStore(disk, directory, options, recovered, preallocator);
        Replay replay = new Replay(disk, shard, epochMillis, store.segments(), durableIndex + 1);
        return new LogState.Replaying(store, replay, recovered);
    }

    @Override
    public void append(LogBatch batch) {
        queue.add(batch);
        schedule();
    }

    @Override
    public void release(long durableIndex) {
        releaseTo.accumulateAndGet(durableIndex, Math::max);
        releasePending = true;
        schedule();
    }

    @Override
    public void requireInPlace() throws IOException {
        SegmentStore store = committer.inService();
        String found = store == null ? null : store.displacement();
        if (found != null && committer.inService() != null) {
            IOException failure = new IOException("log of shard " + shard + ": " + found
                    + ": it was changed while the node was running; restore it from a copy before the next start, which refuses"
                    + " a log that ends below what the data files hold");
            displacement = failure;
            schedule();
            throw failure;
        }
    }

    @Override
    public void read(long from, long to, Consumer<LogEntry> sink) throws IOException {
        SegmentStore store = recoveredStore;
        if (store == null) {
            throw new IllegalStateException("log of shard " + shard + " is not open");
        }
        store.read(from, to, sink);
    }

    @Override
    public long lastIndex() {
        SegmentStore store = recoveredStore;
        return store == null ? 0 : store.lastIndex();
    }

    @Override
    public long releasedIndex() {
        SegmentStore store = recoveredStore;
        return store == null ? 0 : store.releasedIndex();
    }

    @Override
    public long retainedBytes() {
        SegmentStore store = recoveredStore;
        return store == null ? 0 : store.retainedBytes();
    }

    @Override
    public void trim() {
        SegmentStore store = recoveredStore;
        if (store != null && store.hasSpares()) {
            trimPending = true;
            schedule();
        }
    }

    @Override
    public @Nullable LogActivity activity() {
        return committer.activity();
    }

    @Override
    public boolean isSuspended() {
        return committer.state() instanceof LogState.Suspended;
    }

    @Override
    public void failFast() {
        committer.failFast();
        schedule();
    }

    /**
     * Commits what was appended before, writes a last MARK, closes the files; batches appended afterwards fail. The log no
     * longer suspends. The future fails if the log has failed, or if the MARK can't be written (no entry is lost by that;
     * the next open has a little more to do).
     */
    @Override
    public Future<Void> close() {
        if (closeRequested.compareAndSet(false, true)) {
            committer.failFast();
            queue.addEnd();
            schedule();
        }
        return committer.closed();
    }

    private void retry() {
        retryDue = true;
        schedule();
    }

    private void schedule() {
        while (scheduled.compareAndSet(false, true)) {
            try {
                executor.execute(task);
                return;
            } catch (RejectedExecutionException rejected) {
                // while `scheduled` is set, this thread acts as the log's thread
                LogState now = committer.state();
                if (!(now instanceof LogState.Failed || now instanceof LogState.Closed)) {
                    committer.stop(new LogState.Failed(
                            new IOException("the executor of the log of shard " + shard + " is shut down", rejected)));
                }
                committer.failQueued();
                scheduled.set(false);
                if (queue.isEmpty()) {
                    return;
                }
            }
        }
    }

    private void run() {
        try {
            IOException failure = displacement;
            if (failure != null) {
                committer.filesDisplaced(failure);
            }
            LogState now = committer.state();
            if (now instanceof LogState.Open open) {
                Group group = Group.borrow();
                committer.advance(open.store(), new Commit(group, queue.gather(group)));
            } else if (now instanceof LogState.Suspended suspended) {
                if (mayResume()) {
                    retryDue = false;
                    committer.advance(suspended.store(), suspended.commit());
                }
            } else {
                committer.failQueued();
            }
            SegmentStore store = committer.inService();
            if (releasePending && store != null) {
                releasePending = false;
                committer.releasing();
                store.release(releaseTo.get());
            }
            if (trimPending && store != null) {
                trimPending = false;
                committer.releasing();
                store.dropSpares();
            }
        } catch (Throwable unexpected) {
            LOG.error("shard {}: the log stopped by an unexpected error", shard, unexpected);
            committer.fail(new IOException("log of shard " + shard + " stopped by " + unexpected, unexpected));
            committer.failQueued();
        } finally {
            committer.idle();
            boolean carried = queue.hasCarriedBatch();
            scheduled.set(false);
            boolean work = committer.state() instanceof LogState.Suspended ? mayResume() : carried || !queue.isEmpty();
            // what another thread asked for during this run could not schedule the next one
            boolean asked = releasePending || trimPending || displacement != null;
            if (work || (asked && committer.inService() != null)) {
                schedule();
            }
        }
    }

    private boolean mayResume() {
        return retryDue || committer.failsFast();
    }
}
