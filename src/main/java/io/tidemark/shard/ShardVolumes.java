package io.tidemark.shard;

import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.log.LogWork;
import io.tidemark.pressure.PressureReason;
import io.tidemark.pressure.Volume;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One shard's disks: the room that its writes need, help when there is none, and how long a disk may keep it waiting. Its
 * data and its log may be on one volume or on two; without volumes nothing is counted. Any thread.
 */
final class ShardVolumes {
    /** What a manifest, a control file and their directories need at most. */
    private static final long BOOKKEEPING_BYTES = 1L << 20;

    private final @Nullable Volume data;
    private final @Nullable Volume log;
    private final LongSupplier dwellMillis;
    private volatile long stallWarnNanos = TimeUnit.MILLISECONDS.toNanos(CheckpointOptions.DEFAULT_STALL_WARN_MS);
    private volatile long stallShedNanos = TimeUnit.MILLISECONDS.toNanos(CheckpointOptions.DEFAULT_STALL_SHED_MS);

    /**
     * Room on these volumes.
     *
     * @param log the same as {@code data} if they share a volume; {@code null} if none is watched
     * @param dwellMillis how long pressure lasts at least
     */
    ShardVolumes(@Nullable Volume data, @Nullable Volume log, LongSupplier dwellMillis) {
        this.data = data;
        this.log = log;
        this.dwellMillis = dwellMillis;
    }

    LongSupplier dwellMillis() {
        return dwellMillis;
    }

    /** Options of the shard's checkpointer: the log's disk may hang as long as that of the data. */
    void configured(CheckpointOptions options) {
        stallWarnNanos = TimeUnit.MILLISECONDS.toNanos(options.getStallWarnMs());
        stallShedNanos = TimeUnit.MILLISECONDS.toNanos(options.getStallShedMs());
    }

    long stallWarnNanos() {
        return stallWarnNanos;
    }

    long stallShedNanos() {
        return stallShedNanos;
    }

    /** Takes room for a write, in the log and in the data files, or refuses it. Never blocks. */
    boolean admit(long bytes) {
        if (data == log) {
            return data == null || data.admit(2 * bytes);
        }
        if (data != null && !data.admit(bytes)) {
            return false;
        }
        if (log != null && !log.admit(bytes)) {
            if (data != null) {
                data.releaseReservation(bytes);
            }
            return false;
        }
        return true;
    }

    /** What was admitted has been applied, or was not carried out. */
    void releaseReservation(long bytes) {
        if (data != null) {
            data.releaseReservation(data == log ? 2 * bytes : bytes);
        }
        if (log != null && log != data) {
            log.releaseReservation(bytes);
        }
    }

    /** Whether the log has room for what only saves time. */
    boolean ample() {
        return log == null || log.ample();
    }

    /** See {@link Volume#makeRoom}; blocks. */
    boolean makeRoom(LogWork work) {
        Volume full = work == LogWork.WRITING ? log : data;
        return full != null && full.makeRoom();
    }

    /** Before a generation: its manifest must not fail for want of room that could be had. Blocks. */
    void ensureBookkeeping() {
        if (data != null) {
            data.ensure(BOOKKEEPING_BYTES);
        }
    }

    /** Whether the volumes behind a reason keep what they are given. */
    Future<Void> probe(PressureReason reason) {
        return switch (reason) {
            case APPEND_FAILED, FSYNC_FAILED, FSYNC_STALLED -> probe(data);
            case CHECKPOINT_OVERDUE -> Future.succeededFuture(); // it says nothing of a disk
            case LOG_BACKLOG, NO_DESCRIPTORS -> probe(log);
            case LOW_SPACE, LOG_STALLED ->
                data == log ? probe(data) : Future.join(probe(data), probe(log)).mapEmpty();
        };
    }

    private static Future<Void> probe(@Nullable Volume volume) {
        return volume == null ? Future.succeededFuture() : volume.probe();
    }
}
