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
 * Takes groups through the log, and with that the log through its life: what is durable, applied, refused, made to wait or
 * failed, and what becomes of everything behind it. On the log's thread, but for what is said to be for any.
 */
final class GroupCommitter {
    /** Between two tries of what found no room. */
    static final long PAUSE_MS = 250;

    private static final Logger LOG = LoggerFactory.getLogger(SegmentLog.class);

    /** What became of a group's step. */
    private enum Outcome {
        DONE,
        WAITS,
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
    private volatile boolean hurry;
    private volatile @Nullable LogActivity activity;
    private @Nullable LogApplier applier;

    /**
     * A committer of a log that is not open.
     *
     * @param retry makes the log's thread call {@link #proceed} again with what waits; any thread
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

    /** Where the log is in its life. Any thread. */
    LogState state() {
        return state;
    }

    void become(LogState next) {
        state = next;
    }

    /** From now on nothing waits for room. Any thread. */
    void hurry() {
        hurry = true;
    }

    boolean hurries() {
        return hurry;
    }

    /** Completes when the call of close has been met and carried out. */
    Future<Void> closed() {
        return closed.future();
    }

    /** See {@link SegmentLog#activity}. */
    @Nullable
    LogActivity activity() {
        return activity;
    }

    /** The log's thread turns to what is not a group's. */
    void releases() {
        activity = new LogActivity(LogWork.RELEASING, host.nanoTime());
    }

    void rest() {
        activity = null;
    }

    /** The files of a log in service, {@code null} of one that is not. */
    @Nullable
    SegmentStore inService() {
        LogState now = state;
        if (now instanceof LogState.Open open) {
            return open.store();
        }
        return now instanceof LogState.Waiting waiting ? waiting.store() : null;
    }

    /** Who gets the entries. */
    void applier(LogApplier target) {
        applier = target;
    }

    /** Takes a group as far as it gets. */
    void proceed(SegmentStore store, Commit commit) {
        Outcome outcome = Outcome.STOPPED;
        try {
            outcome = makeDurable(store, commit);
            if (outcome == Outcome.DONE) {
                outcome = apply(store, commit);
            }
            if (commit.last && outcome != Outcome.WAITS) {
                finish();
            }
        } finally {
            if (outcome != Outcome.WAITS) {
                commit.group.giveBack();
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
                goesOn(store, LogWork.WRITING);
                return Outcome.DONE;
            } catch (RetryLaterException noRoom) {
                if (!madeRoom(store, LogWork.WRITING, noRoom)) {
                    return commit.segment == null
                            ? refuse(commit, noRoom)
                            : waits(store, commit, LogWork.WRITING, noRoom);
                }
            } catch (IOException | RuntimeException | Error failure) {
                logFailed(store, commit, failure);
                return Outcome.STOPPED;
            }
        }
    }

    /** Gives up what is kept for a full disk; in other trouble that would help nobody. */
    private boolean madeRoom(SegmentStore store, LogWork work, RetryLaterException why) {
        return DiskFull.isCauseOf(why) && (store.dropSpares() || host.makeRoom(work));
    }

    /** Nothing of the group was written, nor will be; what is not to be logged is carried out in its place. */
    private Outcome refuse(Commit commit, RetryLaterException noRoom) {
        LOG.warn("shard {}: the log can't begin a segment in {}: {}", shard, directory.path(), noRoom.getMessage());
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
                LOG.error("shard {}: calls that needed no log could not be answered", shard, failure);
            }
        }
        return Outcome.DONE;
    }

    /** Stops the group where it is, and comes back to it; or ends it, if nothing may wait any more. */
    private Outcome waits(SegmentStore store, Commit commit, LogWork work, RetryLaterException why) {
        boolean given = hurry;
        if (!given && host.schedule(PAUSE_MS, retry)) {
            if (!(state instanceof LogState.Waiting)) {
                state = new LogState.Waiting(store, commit, work);
                host.suspended(work, why);
            }
            return Outcome.WAITS;
        }
        IOException cause = new IOException("shard " + shard + " could not go on: " + why.getMessage(), why);
        if (work == LogWork.APPLYING) {
            applyStopped(store, commit, commit.next, cause);
            if (!given) {
                tell(host::applyFailed, cause);
            }
        } else if (given) {
            logStopped(commit, cause);
        } else {
            logFailed(store, commit, why);
        }
        return Outcome.STOPPED;
    }

    private void goesOn(SegmentStore store, LogWork work) {
        if (state instanceof LogState.Waiting waiting && waiting.work() == work) {
            state = new LogState.Open(store);
            host.resumed(work);
        }
    }

    private void logFailed(SegmentStore store, Commit commit, Throwable failure) {
        IOException cause =
                new IOException("log of shard " + shard + " in " + directory.path() + " failed: " + failure, failure);
        LOG.error(
                "shard {}: the log in {} failed; entries behind {} may or may not be durable, and nothing can tell but a"
                        + " restart",
                shard,
                directory.path(),
                store.lastIndex(),
                failure);
        logStopped(commit, cause);
        tell(host::failed, cause);
    }

    /** The log's files are not where they were: what is in them proves nothing any more. */
    void filesGone(IOException cause) {
        LogState now = state;
        if (inService() == null) {
            return;
        }
        LOG.error("shard {}: the log in {} failed", shard, directory.path(), cause);
        if (now instanceof LogState.Waiting waiting) {
            logStopped(waiting.commit(), cause);
            waiting.commit().group.giveBack();
            if (waiting.commit().last) {
                finish();
            }
        } else {
            stopped(new LogState.Failed(cause));
            failWaiting();
        }
        tell(host::failed, cause);
    }

    private void logStopped(Commit commit, IOException cause) {
        stopped(new LogState.Failed(cause));
        Group group = commit.group;
        for (int i = 0; i < group.size(); i++) {
            queue.fail(group.batch(i), cause, commit.segment != null && group.isLogged(i));
        }
        failWaiting();
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
            } catch (RetryLaterException notYet) {
                if (!madeRoom(store, LogWork.APPLYING, notYet)) {
                    return waits(store, commit, LogWork.APPLYING, notYet);
                }
            } catch (IOException | RuntimeException | Error failure) {
                IOException cause =
                        new IOException("shard " + shard + " could not apply a durable log entry: " + failure, failure);
                LOG.error(
                        "shard {}: a durable entry was not applied; it will be when the log is opened anew",
                        shard,
                        failure);
                applyStopped(store, commit, at + 1, cause);
                tell(host::applyFailed, cause);
                return Outcome.STOPPED;
            }
        }
        goesOn(store, LogWork.APPLYING);
        return Outcome.DONE;
    }

    /** @param from the first batch of the group that nobody has answered */
    private void applyStopped(SegmentStore store, Commit commit, int from, IOException cause) {
        state = new LogState.ApplyFailed(store, cause);
        Group group = commit.group;
        IOException logged = new IOException(cause.getMessage() + "; it is in the log", cause);
        for (int i = from; i < group.size(); i++) {
            queue.fail(group.batch(i), group.isLogged(i) ? logged : cause, group.isLogged(i));
        }
        failWaiting();
    }

    /** What becomes of batches that wait when the log is not open. */
    void failWaiting() {
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

    /** A full disk has no room for the last note, and needs none: the next open finds the same without it. */
    private @Nullable IOException finish(SegmentStore store) {
        try {
            store.mark();
            store.close();
            return null;
        } catch (RetryLaterException noRoom) {
            LOG.warn("shard {}: closed without its last mark: {}", shard, noRoom.getMessage());
            closeFiles(store);
            return null;
        } catch (IOException failure) {
            closeFiles(store);
            return failure;
        }
    }

    /** For good; told once. */
    void fail(IOException cause) {
        if (state instanceof LogState.Failed || state instanceof LogState.Closed) {
            return;
        }
        stopped(new LogState.Failed(cause));
        tell(host::failed, cause);
    }

    void stopped(LogState.Failed failed) {
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
            LOG.debug("shard {}: closing the log's file", shard, failure);
        }
    }

    private void tell(Consumer<IOException> consumer, IOException cause) {
        try {
            consumer.accept(cause);
        } catch (RuntimeException broken) {
            LOG.error("shard {}: nobody took the failure of the log", shard, broken);
        }
    }
}
