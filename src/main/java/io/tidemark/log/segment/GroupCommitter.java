package io.tidemark.log.segment;

import io.tidemark.disk.DiskFull;
import io.tidemark.log.LogActivity;
import io.tidemark.log.LogApplier;
import io.tidemark.log.LogBatch;
import io.tidemark.log.LogHost;
import io.tidemark.log.LogWork;
import io.tidemark.log.RetryLaterException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits and applies groups, and owns the log's state: decides whether a group is durable, applied, refused, suspended or
 * failed, and what happens to the batches queued behind it. For the log's thread, unless a method says any thread.
 */
final class GroupCommitter {
    /** Delay between two retries of a suspended group. */
    static final long RETRY_MS = 250;

    private static final Logger LOG = LoggerFactory.getLogger(SegmentLog.class);

    /** Result of a step of a group. */
    private enum Outcome {
        DONE,
        SUSPENDED,
        STOPPED
    }

    private final int shard;
    private final LogDirectory directory;
    private final LongSupplier epochMillis;
    private final LogHost host;
    private final BatchQueue queue;
    private final Runnable retry;
    private final Promise<Void> closed = Promise.promise();
    private volatile LogState state = new LogState.Fresh();
    private volatile boolean failFast;
    private volatile @Nullable LogActivity activity;
    private @Nullable LogApplier applier;

    /**
     * A committer of a log that is not open.
     *
     * @param retry makes the log's thread call {@link #advance} again with the suspended group; any thread
     */
    GroupCommitter(
            int shard,
            LogDirectory directory,
            LongSupplier epochMillis,
            LogHost host,
            BatchQueue queue,
            Runnable retry) {
        this.shard = shard;
        this.directory = directory;
        this.epochMillis = epochMillis;
        this.host = host;
        this.queue = queue;
        this.retry = retry;
    }

    /** The log's state. Any thread. */
    LogState state() {
        return state;
    }

    void setState(LogState next) {
        state = next;
    }

    /** From now on no group is suspended. Any thread. */
    void failFast() {
        failFast = true;
    }

    boolean failsFast() {
        return failFast;
    }

    /** Completes when the close request has been carried out. */
    Future<Void> closed() {
        return closed.future();
    }

    /** See {@link SegmentLog#activity}. */
    @Nullable
    LogActivity activity() {
        return activity;
    }

    /** Notes that the log's thread now releases segments or deletes spare files. */
    void releasing() {
        activity = new LogActivity(LogWork.RELEASING, host.nanoTime());
    }

    void idle() {
        activity = null;
    }

    /** The files if the log is in service, else {@code null}. */
    @Nullable
    SegmentStore inService() {
        LogState now = state;
        if (now instanceof LogState.Open open) {
            return open.store();
        }
        return now instanceof LogState.Suspended suspended ? suspended.store() : null;
    }

    /** Sets the applier of the entries. */
    void applier(LogApplier target) {
        applier = target;
    }

    /** Commits and applies a group, as far as that is possible now. */
    void advance(SegmentStore store, Commit commit) {
        Outcome outcome = Outcome.STOPPED;
        try {
            outcome = makeDurable(store, commit);
            if (outcome == Outcome.DONE) {
                outcome = apply(store, commit);
            }
            if (commit.last && outcome != Outcome.SUSPENDED) {
                finish();
            }
        } finally {
            if (outcome != Outcome.SUSPENDED) {
                commit.group.recycle();
            }
        }
    }

    private Outcome makeDurable(SegmentStore store, Commit commit) {
        Group group = commit.group;
        if (commit.durable || group.entries() == 0) {
            return Outcome.DONE;
        }
        activity = new LogActivity(LogWork.WRITING, host.nanoTime());
        while (true) {
            try {
                long nowMillis = epochMillis.getAsLong();
                ActiveSegment segment = commit.segment;
                if (segment == null) {
                    segment = store.prepare(group.bytes(), nowMillis);
                    commit.segment = segment;
                }
                store.write(segment, group, nowMillis);
                commit.durable = true;
                resume(store, LogWork.WRITING);
                return Outcome.DONE;
            } catch (RetryLaterException noRoom) {
                if (!madeRoom(store, LogWork.WRITING, noRoom)) {
                    return commit.segment == null
                            ? refuse(commit, noRoom)
                            : suspend(store, commit, LogWork.WRITING, noRoom);
                }
            } catch (IOException | RuntimeException | Error failure) {
                logFailed(store, commit, failure);
                return Outcome.STOPPED;
            }
        }
    }

    /** Frees reserved disk space if the disk is full; useless in any other case. */
    private boolean madeRoom(SegmentStore store, LogWork work, RetryLaterException why) {
        return DiskFull.isCauseOf(why) && (store.dropSpares() || host.makeRoom(work));
    }

    /** Refuses a group of which nothing was written; its batches with nothing to log are processed all the same. */
    private Outcome refuse(Commit commit, RetryLaterException noRoom) {
        LOG.warn("shard {}: the log can't create a segment in {}: {}", shard, directory.path(), noRoom.getMessage());
        host.writesRefused(noRoom);
        Group group = commit.group;
        LogApplier target = Objects.requireNonNull(applier);
        for (; commit.next < group.size(); commit.next++) {
            LogBatch batch = group.batch(commit.next);
            if (group.isLogged(commit.next)) {
                queue.fail(batch, noRoom, false);
                continue;
            }
            try {
                target.applyUnlogged(batch);
            } catch (IOException | RuntimeException failure) {
                LOG.error("shard {}: calls that need no log entry could not be answered", shard, failure);
            }
        }
        return Outcome.DONE;
    }

    /** Suspends the group until a retry; or ends it, if the log fails fast or has no timer. */
    private Outcome suspend(SegmentStore store, Commit commit, LogWork work, RetryLaterException why) {
        boolean stopping = failFast;
        if (!stopping && host.schedule(RETRY_MS, retry)) {
            if (!(state instanceof LogState.Suspended)) {
                state = new LogState.Suspended(store, commit, work);
                host.suspended(work, why);
            }
            return Outcome.SUSPENDED;
        }
        IOException cause = new IOException("shard " + shard + " could not continue: " + why.getMessage(), why);
        if (work == LogWork.APPLYING) {
            applyStopped(store, commit, commit.next, cause);
            if (!stopping) {
                notifyHost(host::applyFailed, cause);
            }
        } else if (stopping) {
            logStopped(commit, cause);
        } else {
            logFailed(store, commit, why);
        }
        return Outcome.STOPPED;
    }

    private void resume(SegmentStore store, LogWork work) {
        if (state instanceof LogState.Suspended suspended && suspended.work() == work) {
            state = new LogState.Open(store);
            host.resumed(work);
        }
    }

    private void logFailed(SegmentStore store, Commit commit, Throwable failure) {
        IOException cause =
                new IOException("log of shard " + shard + " in " + directory.path() + " failed: " + failure, failure);
        LOG.error(
                "shard {}: the log in {} failed; whether entries after {} are durable is unknown until a restart",
                shard,
                directory.path(),
                store.lastIndex(),
                failure);
        logStopped(commit, cause);
        notifyHost(host::failed, cause);
    }

    /** The log's files were removed, replaced or truncated: a restart will not find what they hold. */
    void filesDisplaced(IOException cause) {
        LogState now = state;
        if (inService() == null) {
            return;
        }
        LOG.error("shard {}: the log in {} failed", shard, directory.path(), cause);
        if (now instanceof LogState.Suspended suspended) {
            logStopped(suspended.commit(), cause);
            suspended.commit().group.recycle();
            if (suspended.commit().last) {
                finish();
            }
        } else {
            stop(new LogState.Failed(cause));
            failQueued();
        }
        notifyHost(host::failed, cause);
    }

    private void logStopped(Commit commit, IOException cause) {
        stop(new LogState.Failed(cause));
        Group group = commit.group;
        for (int i = 0; i < group.size(); i++) {
            queue.fail(group.batch(i), cause, commit.segment != null && group.isLogged(i));
        }
        failQueued();
    }

    private Outcome apply(SegmentStore store, Commit commit) {
        LogApplier target = Objects.requireNonNull(applier);
        Group group = commit.group;
        if (commit.next < group.size()) {
            activity = new LogActivity(LogWork.APPLYING, host.nanoTime());
        }
        while (commit.next < group.size()) {
            int at = commit.next;
            try {
                if (group.isLogged(at)) {
                    target.apply(group.entry(at, commit.ordinal), group.batch(at));
                    commit.ordinal++;
                } else {
                    target.applyUnlogged(group.batch(at));
                }
                commit.next++;
            } catch (RetryLaterException later) {
                if (!madeRoom(store, LogWork.APPLYING, later)) {
                    return suspend(store, commit, LogWork.APPLYING, later);
                }
            } catch (IOException | RuntimeException | Error failure) {
                IOException cause =
                        new IOException("shard " + shard + " could not apply a durable log entry: " + failure, failure);
                LOG.error(
                        "shard {}: a durable entry could not be applied; it will be when the log is reopened",
                        shard,
                        failure);
                applyStopped(store, commit, at + 1, cause);
                notifyHost(host::applyFailed, cause);
                return Outcome.STOPPED;
            }
        }
        resume(store, LogWork.APPLYING);
        return Outcome.DONE;
    }

    /** @param from the first batch of the group that is not yet answered */
    private void applyStopped(SegmentStore store, Commit commit, int from, IOException cause) {
        state = new LogState.ApplyFailed(store, cause);
        Group group = commit.group;
        IOException logged = new IOException(cause.getMessage() + "; it is in the log", cause);
        for (int i = from; i < group.size(); i++) {
            queue.fail(group.batch(i), group.isLogged(i) ? logged : cause, group.isLogged(i));
        }
        failQueued();
    }

    /** Fails all queued batches, as the log is not open. */
    void failQueued() {
        queue.failAll(this::refusal, this::finish);
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
        IOException cause = null;
        if (now instanceof LogState.Open open) {
            cause = finish(open.store());
        } else if (now instanceof LogState.ApplyFailed failed) {
            cause = finish(failed.store());
        } else if (now instanceof LogState.Replaying replaying) {
            replaying.replay().close();
            closeFiles(replaying.store());
        } else if (now instanceof LogState.Failed failed) {
            cause = failed.cause();
        }
        state = new LogState.Closed();
        if (cause == null) {
            closed.complete();
        } else {
            closed.fail(cause);
        }
    }

    /** On a full disk the last MARK is left out: the next open finds the same entries without it. */
    private @Nullable IOException finish(SegmentStore store) {
        try {
            store.mark();
            store.close();
            return null;
        } catch (RetryLaterException noRoom) {
            LOG.warn("shard {}: log closed without its last MARK: {}", shard, noRoom.getMessage());
            closeFiles(store);
            return null;
        } catch (IOException failure) {
            closeFiles(store);
            return failure;
        }
    }

    /** Fails the log permanently; the host is notified once. */
    void fail(IOException cause) {
        if (state instanceof LogState.Failed || state instanceof LogState.Closed) {
            return;
        }
        stop(new LogState.Failed(cause));
        notifyHost(host::failed, cause);
    }

    void stop(LogState.Failed failed) {
        SegmentStore store = state instanceof LogState.ApplyFailed before ? before.store() : inService();
        state = failed;
        if (store != null) {
            closeFiles(store);
        }
    }

    void closeFiles(SegmentStore store) {
        try {
            store.close();
        } catch (IOException failure) {
            LOG.debug("shard {}: closing the log's file failed", shard, failure);
        }
    }

    private void notifyHost(Consumer<IOException> consumer, IOException cause) {
        try {
            consumer.accept(cause);
        } catch (RuntimeException broken) {
            LOG.error("shard {}: the host's failure callback threw", shard, broken);
        }
    }
}
