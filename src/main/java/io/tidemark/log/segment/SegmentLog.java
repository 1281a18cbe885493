package io.tidemark.log.segment;

import io.tidemark.disk.Disk;
import io.tidemark.log.CommitLog;
import io.tidemark.log.LogApplier;
import io.tidemark.log.LogBatch;
import io.tidemark.log.LogEntry;
import io.tidemark.log.LogRecovery;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
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
 *       outcome is unknown (if anything of them may have been written), all others that nothing was written; {@code
 *       onFailed} is called once. The force is never tried again.
 *   <li><b>A failed apply</b> stops the log, too, but is no failure of it: its entries are durable and come back when
 *       it is opened anew. The batch whose {@code apply} threw is the applier's to answer, for it was handed over; later
 *       ones hear {@link LogBatch#failed}. {@code onApplyFailed} is called once.
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
    private final int groupBytes;
    private final Executor executor;
    private final LongSupplier epochMillis;
    private final Consumer<IOException> onFailed;
    private final Consumer<IOException> onApplyFailed;

    private final ConcurrentLinkedQueue<LogBatch> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final AtomicBoolean closeAsked = new AtomicBoolean();
    private final AtomicLong releaseTo = new AtomicLong();
    private final Promise<Void> closed = Promise.promise();
    private final Runnable task = this::run;
    private final EndOfQueue endOfQueue = new EndOfQueue();

    private volatile LogState state = new LogState.Fresh();
    private volatile boolean releaseWaits;
    private volatile @Nullable SegmentStore files;
    private @Nullable LogApplier applier;
    private @Nullable LogBatch carriedBatch;
    private @Nullable ByteBuffer carriedPayload;

    /**
     * A log that is not open yet; touches no file.
     *
     * @param directory this log's own; need not exist
     * @param dataDirectoryId files of another data directory are refused
     * @param shard for messages, and to refuse another shard's files
     * @param executor runs this log's tasks one at a time, in order; they block on the disk
     * @param epochMillis the clock that entries are stamped by, milliseconds since 1970
     * @param onFailed called once, on the log's thread, when the log failed for good: the process should report and exit
     * @param onApplyFailed called once, on the log's thread, when the applier threw
     */
    public SegmentLog(
            Disk disk,
            Path directory,
            UUID dataDirectoryId,
            int shard,
            SegmentLogOptions options,
            Executor executor,
            LongSupplier epochMillis,
            Consumer<IOException> onFailed,
            Consumer<IOException> onApplyFailed) {
        this.disk = disk;
        this.directory = new LogDirectory(disk, directory, dataDirectoryId, shard);
        this.shard = shard;
        this.options = options;
        this.groupBytes = (int) Math.min(Group.MAX_BYTES, options.segmentBytes() - SegmentHeader.BYTES);
        this.executor = executor;
        this.epochMillis = epochMillis;
        this.onFailed = onFailed;
        this.onApplyFailed = onApplyFailed;
    }

    /** As the other constructor, for an applier that needs not be told that it threw. */
    public SegmentLog(
            Disk disk,
            Path directory,
            UUID dataDirectoryId,
            int shard,
            SegmentLogOptions options,
            Executor executor,
            LongSupplier epochMillis,
            Consumer<IOException> onFailed) {
        this(disk, directory, dataDirectoryId, shard, options, executor, epochMillis, onFailed, failure -> {});
    }

    @Override
    public LogRecovery open(long durableIndex, LogApplier target) throws IOException {
        if (!(state instanceof LogState.Fresh)) {
            throw new IllegalStateException("log of shard " + shard + " was opened before");
        }
        applier = target;
        SegmentStore store = null;
        try {
            Recovered recovered = new Recovery(directory, epochMillis).run(durableIndex);
            store = new SegmentStore(disk, directory, options.segmentBytes(), recovered);
            target.accepted();
            Replay replay = new Replay(disk, shard, epochMillis);
            files = store; // from here on the counters tell
            replay.run(store.segments(), durableIndex + 1, target);
            state = new LogState.Open(store);
            return new LogRecovery(
                    replay.entries(),
                    replay.bytes(),
                    recovered.tornBytes(),
                    recovered.rewrittenEntries(),
                    recovered.lastIndex());
        } catch (IOException | RuntimeException | Error failure) {
            state = new LogState.Failed(new IOException("log of shard " + shard + " could not be opened", failure));
            if (store != null) {
                closeFiles(store);
            }
            throw failure;
        }
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

    /**
     * Commits what was appended before, notes that all is durable, closes the files; batches appended afterwards fail.
     * The future fails if the log has failed, or if that last note can't be written (no entry is lost by that; the next
     * open has a little more to do).
     */
    @Override
    public Future<Void> close() {
        if (closeAsked.compareAndSet(false, true)) {
            append(endOfQueue);
        }
        return closed.future();
    }

    private void schedule() {
        while (scheduled.compareAndSet(false, true)) {
            try {
                executor.execute(task);
                return;
            } catch (RejectedExecutionException rejected) {
                // holding `scheduled` makes this thread the log's own for the moment
                if (!(state instanceof LogState.Failed || state instanceof LogState.Closed)) {
                    stopped(new LogState.Failed(
                            new IOException("the executor of the log of shard " + shard + " is shut down", rejected)));
                }
                failWaiting();
                scheduled.set(false);
                if (queue.isEmpty()) {
                    return;
                }
            }
        }
    }

    private void run() {
        try {
            LogState now = state;
            if (now instanceof LogState.Open open) {
                commit(open.store());
            } else {
                failWaiting();
            }
            if (releaseWaits && state instanceof LogState.Open open) {
                releaseWaits = false;
                open.store().release(releaseTo.get());
            }
        } catch (Throwable unexpected) {
            LOG.error("shard {}: the log stops", shard, unexpected);
            fail(new IOException("log of shard " + shard + " stopped by " + unexpected, unexpected));
            failWaiting();
        } finally {
            boolean carries = carriedBatch != null;
            scheduled.set(false);
            if (carries || !queue.isEmpty() || (releaseWaits && state instanceof LogState.Open)) {
                schedule();
            }
        }
    }

    private void commit(SegmentStore store) {
        Group group = Group.borrow();
        try {
            boolean end = gather(group);
            if (makeDurable(store, group)) {
                apply(store, group);
            }
            if (end) {
                finish();
            }
        } finally {
            group.giveBack();
        }
    }

    /**
     * Closes waiting batches into a group.
     *
     * @return whether the end of the queue was met
     */
    private boolean gather(Group group) {
        while (!group.isFull()) {
            LogBatch batch = carriedBatch;
            ByteBuffer payload = carriedPayload;
            carriedBatch = null;
            carriedPayload = null;
            if (batch == null) {
                batch = queue.poll();
                if (batch == null) {
                    return false;
                }
                if (batch == endOfQueue) {
                    return true;
                }
                try {
                    payload = batch.close();
                } catch (RuntimeException | Error broken) {
                    failOne(batch, new IOException("a batch could not be closed: " + broken, broken), false);
                    continue;
                }
            }
            if (payload == null) {
                group.addUnlogged(batch);
            } else if (payload.remaining() > Frame.MAX_PAYLOAD_BYTES) {
                failOne(
                        batch,
                        new IOException("a batch of " + payload.remaining() + " bytes, at most "
                                + Frame.MAX_PAYLOAD_BYTES + " fit a log entry"),
                        false);
            } else if (group.fits(payload.remaining(), groupBytes)) {
                try {
                    group.addLogged(batch, payload);
                } catch (RuntimeException | Error broken) {
                    failOne(batch, new IOException("a batch could not be encoded: " + broken, broken), false);
                }
            } else {
                carriedBatch = batch;
                carriedPayload = payload;
                return false;
            }
        }
        return false;
    }

    private boolean makeDurable(SegmentStore store, Group group) {
        if (group.entries() == 0) {
            return true;
        }
        boolean touched = false;
        try {
            long nowMillis = epochMillis.getAsLong();
            ActiveSegment segment = store.prepare(group.bytes(), nowMillis);
            touched = true;
            store.write(segment, group, nowMillis);
            return true;
        } catch (IOException | RuntimeException | Error failure) {
            IOException cause = new IOException(
                    "log of shard " + shard + " in " + directory.path() + " failed: " + failure, failure);
            LOG.error(
                    "shard {}: the log failed; entries behind {} may or may not be durable",
                    shard,
                    store.lastIndex(),
                    failure);
            LogState.Failed failed = new LogState.Failed(cause);
            stopped(failed);
            for (int i = 0; i < group.size(); i++) {
                failOne(group.batch(i), cause, touched && group.isLogged(i));
            }
            failWaiting();
            tell(onFailed, cause);
            return false;
        }
    }

    private void apply(SegmentStore store, Group group) {
        LogApplier target = java.util.Objects.requireNonNull(applier);
        int ordinal = 0;
        for (int i = 0; i < group.size(); i++) {
            try {
                if (group.isLogged(i)) {
                    target.apply(group.entry(i, ordinal++), group.batch(i));
                } else {
                    target.applyUnlogged(group.batch(i));
                }
            } catch (IOException | RuntimeException | Error failure) {
                applyFailed(store, group, i, failure);
                return;
            }
        }
    }

    private void applyFailed(SegmentStore store, Group group, int at, Throwable failure) {
        IOException cause =
                new IOException("shard " + shard + " could not apply a durable log entry: " + failure, failure);
        LOG.error("shard {}: a durable entry was not applied; it will be when the log is opened anew", shard, failure);
        state = new LogState.ApplyFailed(store, cause);
        for (int i = at + 1; i < group.size(); i++) {
            failOne(group.batch(i), cause, group.isLogged(i));
        }
        failWaiting();
        tell(onApplyFailed, cause);
    }

    /** What becomes of batches that wait when the log is not open. */
    private void failWaiting() {
        LogBatch carried = carriedBatch;
        if (carried != null) {
            carriedBatch = null;
            carriedPayload = null;
            failOne(carried, refusal(), false);
        }
        for (LogBatch batch = queue.poll(); batch != null; batch = queue.poll()) {
            if (batch == endOfQueue) {
                finish();
            } else {
                failOne(batch, refusal(), false);
            }
        }
    }

    private IOException refusal() {
        LogState now = state;
        if (now instanceof LogState.Failed failed) {
            return failed.cause();
        }
        if (now instanceof LogState.ApplyFailed failed) {
            return failed.cause();
        }
        return new IOException(
                "log of shard " + shard + (now instanceof LogState.Closed ? " is closed" : " is not open"));
    }

    private void finish() {
        LogState now = state;
        SegmentStore store = null;
        if (now instanceof LogState.Open open) {
            store = open.store();
        } else if (now instanceof LogState.ApplyFailed failed) {
            store = failed.store();
        }
        IOException cause = now instanceof LogState.Failed failed ? failed.cause() : null;
        if (store != null) {
            try {
                store.mark();
                store.close();
            } catch (IOException failure) {
                cause = failure;
                closeFiles(store);
            }
        }
        state = new LogState.Closed();
        if (cause == null) {
            closed.complete();
        } else {
            closed.fail(cause);
        }
    }

    private void fail(IOException cause) {
        if (state instanceof LogState.Failed || state instanceof LogState.Closed) {
            return;
        }
        stopped(new LogState.Failed(cause));
        tell(onFailed, cause);
    }

    private void stopped(LogState.Failed failed) {
        state = failed;
        SegmentStore store = files;
        if (store != null) {
            closeFiles(store);
        }
    }

    private void closeFiles(SegmentStore store) {
        try {
            store.close();
        } catch (IOException failure) {
            LOG.debug("shard {}: closing the log's file", shard, failure);
        }
    }

    private void failOne(LogBatch batch, IOException cause, boolean outcomeUnknown) {
        try {
            batch.failed(cause, outcomeUnknown);
        } catch (RuntimeException broken) {
            LOG.error("shard {}: a batch did not take its failure", shard, broken);
        }
    }

    private void tell(Consumer<IOException> consumer, IOException cause) {
        try {
            consumer.accept(cause);
        } catch (RuntimeException broken) {
            LOG.error("shard {}: nobody took the failure of the log", shard, broken);
        }
    }

    /** Stands in the queue for the call of close: what is before it is committed, what is behind it fails. */
    private static final class EndOfQueue implements LogBatch {
        @Override
        public @Nullable ByteBuffer close() {
            return null;
        }

        @Override
        public void failed(IOException cause, boolean outcomeUnknown) {
            // never told
        }
    }
}
