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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded log of one shard: a directory of {@linkplain SegmentHeader segments} of {@linkplain Frame frames}, and {@link
 * LogControl}, which says what must be there.
 *
 * <ul>
 *   <li>Group commit: all batches that wait are closed at the last moment, written together, and forced once.
 *   <li>An entry is applied only after that force. A failed write or force is final: nobody knows what is on disk until the
 *       log has been opened anew, so nothing more is accepted.
 *   <li>Segments are deleted only after the release record is durable, and never the one that is written.
 *   <li>A log that has never been written has no files.
 * </ul>
 *
 * <p>Everything but {@link #open} and {@link #read} happens on the executor given, one step at a time.
 */
public final class SegmentLog implements CommitLog {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentLog.class);
    private static final long GROUP_BYTES = 8L << 20;
    private static final int BUFFER_KEPT = 16 << 20;
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long TERM = 1;

    private enum State {
        NEW,
        OPEN,
        CLOSING,
        ENDED
    }

    private record Waiting(LogBatch batch, @Nullable ByteBuffer payload) {}

    private final Disk disk;
    private final Path directory;
    private final LogIdentity owner;
    private final SegmentFiles files;
    private final Executor executor;
    private final LongSupplier epochMillis;
    private final Consumer<IOException> logFailed;
    private final Consumer<IOException> applyFailed;

    private final Object gate = new Object();
    private final ArrayDeque<LogBatch> queue = new ArrayDeque<>();
    private State state = State.NEW;
    private boolean scheduled;
    private String endedBecause = "the log has not been opened";

    private @Nullable LogApplier applier;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
    private long lastTimeMillis;
    private volatile long lastIndex;

    /**
     * A log that has not been opened.
     *
     * @param directory made at the first append
     * @param dataDirectoryId every file must carry it
     * @param shard the shard's number
     * @param executor runs this log's tasks in order, one at a time
     * @param epochMillis the clock that entries are stamped with, milliseconds since 1970
     * @param logFailed called once if the log fails for good; the process must end
     * @param applyFailed called once if a durable entry could not be applied; the log then takes nothing more, and a
     *     restart replays from there
     */
    public SegmentLog(
            Disk disk,
            Path directory,
            UUID dataDirectoryId,
            int shard,
            SegmentLogOptions options,
            Executor executor,
            LongSupplier epochMillis,
            Consumer<IOException> logFailed,
            Consumer<IOException> applyFailed) {
        this.disk = disk;
        this.directory = directory;
        this.owner = new LogIdentity(dataDirectoryId, shard);
        this.files = new SegmentFiles(disk, directory, owner, options, epochMillis);
        this.executor = executor;
        this.epochMillis = epochMillis;
        this.logFailed = logFailed;
        this.applyFailed = applyFailed;
    }

    @Override
    public LogRecovery open(long durableIndex, LogApplier applier) throws IOException {
        this.applier = applier;
        SegmentRecovery found = new SegmentRecovery(disk, directory, owner);
        found.read(durableIndex);
        lastTimeMillis = found.lastTimeMillis();
        lastIndex = found.lastIndex();
        long rewritten = files.open(found);
        long[] replayed = replay(durableIndex, applier);
        synchronized (gate) {
            state = State.OPEN;
            schedule();
        }
        return new LogRecovery(replayed[0], replayed[1], found.tornBytes(), rewritten, lastIndex);
    }

    private long[] replay(long durableIndex, LogApplier applier) throws IOException {
        long[] done = {0, 0};
        long[] next = {System.nanoTime() + PROGRESS_NANOS};
        long began = System.nanoTime();
        for (Segment segment : files.between(durableIndex + 1, Long.MAX_VALUE)) {
            files.scan(segment, entry -> {
                if (entry.index() > durableIndex) {
                    done[0]++;
                    done[1] += entry.payload().remaining();
                    applier.apply(entry, null);
                    long now = System.nanoTime();
                    if (now - next[0] > 0) {
                        next[0] = now + PROGRESS_NANOS;
                        long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(now - began));
                        LOG.info(
                                "{}: replayed {} of {} entries, {} MiB, {} MiB/s",
                                directory,
                                done[0],
                                lastIndex - durableIndex,
                                done[1] >> 20,
                                (done[1] >> 20) / seconds);
                    }
                }
            });
        }
        return done;
    }

    @Override
    public void append(LogBatch batch) {
        String refusal;
        synchronized (gate) {
            if (state == State.OPEN || state == State.NEW) {
                queue.add(batch);
                schedule();
                return;
            }
            refusal = endedBecause;
        }
        batch.failed(new IOException(refusal), false);
    }

    private void schedule() {
        if (!scheduled && state != State.NEW && !queue.isEmpty()) {
            scheduled = true;
            executor.execute(this::drain);
        }
    }

    private void drain() {
        List<Waiting> group = takeGroup();
        if (!group.isEmpty() && commit(group)) {
            apply(group);
        }
        synchronized (gate) {
            scheduled = false;
            if (state != State.ENDED) {
                schedule();
            }
        }
    }

    private List<Waiting> takeGroup() {
        List<Waiting> group = new ArrayList<>();
        long bytes = 0;
        while (bytes < GROUP_BYTES) {
            LogBatch batch;
            synchronized (gate) {
                batch = queue.poll();
            }
            if (batch == null) {
                break;
            }
            ByteBuffer payload = batch.close();
            bytes += payload == null ? 0 : payload.remaining();
            group.add(new Waiting(batch, payload));
        }
        return group;
    }

    /** Writes and forces a group; false if that failed. */
    private boolean commit(List<Waiting> group) {
        long bytes = 0;
        int entries = 0;
        for (Waiting waiting : group) {
            if (waiting.payload() != null) {
                bytes += Frame.sizeOf(waiting.payload().remaining());
                entries++;
            }
        }
        if (entries == 0) {
            return true;
        }
        boolean written = false;
        try {
            ActiveSegment segment = files.segmentFor(bytes, lastIndex);
            ByteBuffer frames = encode(group, bytes, segment.header().identity());
            long last = lastIndex + entries;
            written = true;
            files.append(segment, frames, last);
            lastIndex = last;
            return true;
        } catch (IOException | RuntimeException e) {
            IOException cause = new IOException("log " + directory + " failed: " + e.getMessage(), e);
            end(group, 0, cause, written);
            LOG.error("{}; nothing more is accepted; restart once the disk is sound", cause.getMessage(), e);
            logFailed.accept(cause);
            return false;
        }
    }

    private ByteBuffer encode(List<Waiting> group, long bytes, long identity) {
        if (bytes > buffer.capacity()) {
            buffer = ByteBuffer.allocateDirect(Math.toIntExact(Math.max(bytes, Math.min(bytes * 2, BUFFER_KEPT))));
        } else if (buffer.capacity() > BUFFER_KEPT && bytes < BUFFER_KEPT) {
            buffer = ByteBuffer.allocateDirect(BUFFER_KEPT);
        }
        buffer.clear();
        lastTimeMillis = Math.max(lastTimeMillis, epochMillis.getAsLong());
        long index = lastIndex;
        for (Waiting waiting : group) {
            ByteBuffer payload = waiting.payload();
            if (payload != null) {
                index++;
                Frame.encode(buffer, identity, Frame.ENTRY, index, TERM, lastTimeMillis, lastIndex, payload);
            }
        }
        return buffer.flip();
    }

    private void apply(List<Waiting> group) {
        LogApplier to = applier;
        if (to == null) {
            throw new IllegalStateException("the log has not been opened");
        }
        long entries =
                group.stream().filter(waiting -> waiting.payload() != null).count();
        long index = lastIndex - entries;
        for (int i = 0; i < group.size(); i++) {
            Waiting waiting = group.get(i);
            try {
                if (waiting.payload() == null) {
                    to.applyUnlogged(waiting.batch());
                } else {
                    index++;
                    to.apply(
                            new LogEntry(
                                    index,
                                    TERM,
                                    lastTimeMillis,
                                    waiting.payload().asReadOnlyBuffer()),
                            waiting.batch());
                }
            } catch (IOException | RuntimeException e) {
                IOException cause = new IOException(
                        "entry " + index + " is durable but could not be applied: " + e.getMessage(), e);
                end(group, i, cause, true);
                applyFailed.accept(cause);
                return;
            }
        }
    }

    /** Takes nothing more; fails the rest of a group and all that wait. */
    private void end(List<Waiting> group, int from, IOException cause, boolean outcomeUnknown) {
        List<LogBatch> rest;
        synchronized (gate) {
            state = State.ENDED;
            endedBecause = String.valueOf(cause.getMessage());
            rest = List.copyOf(queue);
            queue.clear();
        }
        for (Waiting waiting : group.subList(from, group.size())) {
            waiting.batch().failed(cause, outcomeUnknown);
        }
        for (LogBatch batch : rest) {
            batch.failed(cause, false);
        }
    }

    @Override
    public void release(long durableIndex) {
        executor.execute(() -> {
            boolean sound;
            synchronized (gate) {
                sound = state != State.ENDED;
            }
            if (sound) {
                files.release(durableIndex);
            }
        });
    }

    @Override
    public void read(long from, long to, Consumer<LogEntry> sink) throws IOException {
        if (from <= releasedIndex() || to > lastIndex) {
            throw new IllegalArgumentException("entries " + from + " to " + to + " asked for, but the log has "
                    + (releasedIndex() + 1) + " to " + lastIndex);
        }
        for (Segment segment : files.between(from, to)) {
            files.scan(segment, entry -> {
                if (entry.index() >= from && entry.index() <= to) {
                    sink.accept(entry);
                }
            });
        }
    }

    @Override
    public long lastIndex() {
        return lastIndex;
    }

    @Override
    public long releasedIndex() {
        return files.releasedIndex();
    }

    @Override
    public long retainedBytes() {
        return files.retainedBytes();
    }

    @Override
    public Future<Void> close() {
        Promise<Void> closed = Promise.promise();
        synchronized (gate) {
            if (state == State.OPEN) {
                state = State.CLOSING;
                endedBecause = "the log has been closed";
            }
        }
        executor.execute(() -> closeNow(closed));
        return closed.future();
    }

    private void closeNow(Promise<Void> closed) {
        boolean more;
        synchronized (gate) {
            more = state == State.CLOSING && (scheduled || !queue.isEmpty());
        }
        if (more) {
            executor.execute(() -> closeNow(closed));
            return;
        }
        boolean sound;
        synchronized (gate) {
            sound = state == State.CLOSING;
        }
        try {
            files.close(sound, lastTimeMillis);
            closed.tryComplete();
        } catch (IOException e) {
            closed.tryFail(e);
        } finally {
            synchronized (gate) {
                state = State.ENDED;
                endedBecause = "the log has been closed";
            }
        }
    }
}
