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
 * LOG                            {@link ControlFile}: which segments, released up to where
 * 0000000007.log                 {@link SegmentHeader}, then {@link Frame}s
 *   | header 4096 | ENTRY 41 | ENTRY 42 | ... | ENTRY 97 |
 * 0000000008.log                 its header says: 7 ended at this offset, with entry 97
 *   | header 4096 | ENTRY 98 | ... | MARK |     a MARK at the end: closed in order
 * </pre>
 *
 * <ul>
 *   <li><b>Group commit.</b> {@link #append} queues and schedules one task if none is. A task takes what waits (up to
 *       {@link Group#MAX_BYTES}), closes each batch, and makes one write and one force for all; then it applies them in
 *       order. If more waits it is submitted again, so that shards share the threads of a pool fairly. A group in which
 *       nothing is to be logged costs no system call.
 *   <li><b>Files</b> are made at the first append. Recovery never appends to a file that it found.
 *   <li><b>A failed write or force is final</b>, and so is a failure to begin a segment. The group's batches hear that the
 *       outcome is unknown (if anything of them may have been written), all others that nothing was written; {@link
 *       LogHost#failed} is called once. The force is never tried again.
 *   <li><b>So are files that are gone</b>: what is appended to them, and forced, no start will find.
 *   <li><b>A full disk is no failure.</b> If no segment can be begun, the group is refused: nothing of it was written. If
 *       the group's own write finds no room, the log waits, without a thread, and writes the same bytes to the same place
 *       again: nothing was forced, so no error can have been swallowed, and what stands behind the last durable frame
 *       counts for nothing. It can't be refused instead: a whole frame of it may be there, and a recovery would find it.
 *   <li><b>An entry that can't be applied yet</b> ({@link RetryLaterException}) makes the log wait in the same way, with all
 *       that is behind it. What waits for the log meanwhile is bounded by who appends.
 *   <li><b>A failed apply</b> stops the log, too, but is no failure of it: its entries are durable and come back when
 *       it is opened anew. The batch whose {@code apply} threw is the applier's to answer, for it was handed over; later
 *       ones hear {@link LogBatch#failed}. {@link LogHost#applyFailed} is called once.
 * </ul>
 *
 * <p>Threads: tasks run on the executor, one at a time; callbacks of batches, appliers and consumers come from there. If
 * the executor rejects a task, the waiting batches are failed on the thread that appended.
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
    private final AtomicBoolean closeAsked = new AtomicBoolean();
    private final AtomicLong releaseTo = new AtomicLong();
    private final Runnable task = this::run;

    private volatile boolean releaseWaits;
    private volatile boolean retryDue;
    private volatile boolean trimWaits;
    private volatile @Nullable SegmentStore files;
    private volatile @Nullable IOException displaced;

    /**
     * A log that is not open yet; touches no file.
     *
     * @param directory this log's own; need not exist
     * @param dataDirectoryId files of another data directory are refused
     * @param shard for messages, and to refuse another shard's files
     * @param executor runs this log's tasks one at a time, in order; they block on the disk
     * @param epochMillis the clock that entries are stamped by, milliseconds since 1970
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
            LogState.Replaying replaying = now instanceof LogState.Replaying begun ? begun : begin(durableIndex);
            store = replaying.store();
            if (now != replaying) {
                target.beginReplay(store.lastIndex());
                committer.become(replaying);
            }
            files = store; // from here on the counters tell
            replaying.replay().run(target);
            committer.become(new LogState.Open(store));
            if (releaseWaits) {
                schedule();
            }
            return replaying.found();
        } catch (RetryLaterException wait) {
            if (store != null && committer.state() instanceof LogState.Fresh) {
                committer.closeFiles(store);
            }
            throw wait;
        } catch (IOException | RuntimeException | Error failure) {
            committer.become(
                    new LogState.Failed(new IOException("log of shard " + shard + " could not be opened", failure)));
            if (store != null) {
                committer.closeFiles(store);
            }
            throw failure;
        }
    }

    private LogState.Replaying begin(long durableIndex) throws IOException {
        ActiveSegment.Ahead ahead =
                new ActiveSegment.Ahead(options.preallocateBytes(), options.segmentBytes(), host::ample);
        Recovered recovered = new Recovery(directory, ahead, epochMillis).run(durableIndex);
        SegmentStore store = new SegmentStore(disk, directory, options, recovered, ahead);
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
        releaseWaits = true;
        schedule();
    }

    @Override
    public void requireInPlace() throws IOException {
        SegmentStore store = committer.inService();
        String found = store == null ? null : store.displacement();
        if (found != null && committer.inService() != null) {
            IOException gone = new IOException("log of shard " + shard + ": " + found
                    + ": somebody has changed it under the running node; put it back from a copy before the next start, which"
                    + " refuses a log that ends below what the data files hold");
            displaced = gone;
            schedule();
            throw gone;
        }
    }

    @Override
    public void read(long from, long to, Consumer<LogEntry> sink) throws IOException {
        SegmentStore store = files;
        if (store == null) {
            throw new IllegalStateException("log of shard " + shard + " is not open");
        }
        store.read(from, to, sink);
    }

    @Override
    public long lastIndex() {
        SegmentStore store = files;
        return store == null ? 0 : store.lastIndex();
    }

    @Override
    public long releasedIndex() {
        SegmentStore store = files;
        return store == null ? 0 : store.releasedIndex();
    }

    @Override
    public long retainedBytes() {
        SegmentStore store = files;
        return store == null ? 0 : store.retainedBytes();
    }

    @Override
    public void trim() {
        SegmentStore store = files;
        if (store != null && store.hasSpares()) {
            trimWaits = true;
            schedule();
        }
    }

    @Override
    public @Nullable LogActivity activity() {
        return committer.activity();
    }

    @Override
    public boolean isSuspended() {
        return committer.state() instanceof LogState.Waiting;
    }

    @Override
    public void failFast() {
        committer.hurry();
        schedule();
    }

    /**
     * Commits what was appended before, notes that all is durable, closes the files; batches appended afterwards fail.
     * Nothing waits for room any more. The future fails if the log has failed, or if that last note can't be written (no
     * entry is lost by that; the next open has a little more to do).
     */
    @Override
    public Future<Void> close() {
        if (closeAsked.compareAndSet(false, true)) {
            committer.hurry();
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
                // holding `scheduled` makes this thread the log's own for the moment
                LogState now = committer.state();
                if (!(now instanceof LogState.Failed || now instanceof LogState.Closed)) {
                    committer.stopped(new LogState.Failed(
                            new IOException("the executor of the log of shard " + shard + " is shut down", rejected)));
                }
                committer.failWaiting();
                scheduled.set(false);
                if (queue.isEmpty()) {
                    return;
                }
            }
        }
    }

    private void run() {
        try {
            IOException gone = displaced;
            if (gone != null) {
                committer.filesGone(gone);
            }
            LogState now = committer.state();
            if (now instanceof LogState.Open open) {
                Group group = Group.borrow();
                committer.proceed(open.store(), new Commit(group, queue.gather(group)));
            } else if (now instanceof LogState.Waiting waiting) {
                if (mayGoOn()) {
                    retryDue = false;
                    committer.proceed(waiting.store(), waiting.commit());
                }
            } else {
                committer.failWaiting();
            }
            SegmentStore store = committer.inService();
            if (releaseWaits && store != null) {
                releaseWaits = false;
                committer.releases();
                store.release(releaseTo.get());
            }
            if (trimWaits && store != null) {
                trimWaits = false;
                committer.releases();
                store.dropSpares();
            }
        } catch (Throwable unexpected) {
            LOG.error("shard {}: the log stops", shard, unexpected);
            committer.fail(new IOException("log of shard " + shard + " stopped by " + unexpected, unexpected));
            committer.failWaiting();
        } finally {
            committer.rest();
            boolean carries = queue.carries();
            scheduled.set(false);
            boolean work = committer.state() instanceof LogState.Waiting ? mayGoOn() : carries || !queue.isEmpty();
            if (work || (releaseWaits && committer.inService() != null)) {
                schedule();
            }
        }
    }

    private boolean mayGoOn() {
        return retryDue || committer.hurries();
    }
}
