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
 * One shard's volumes: reservations of space for its writes, help when the disk is full, and the stall limits. Data and log
 * may be on one volume or on two; without volumes nothing is counted. Any thread.
 */
final class ShardVolumes {
    /** Maximum space for a manifest, a control file and their directories. */
    private static final long BOOKKEEPING_BYTES = 1L << 20;

    private final @Nullable Volume data;
    private final @Nullable Volume log;
    private final LongSupplier dwellMillis;
    private volatile long stallWarnNanos = TimeUnit.MILLISECONDS.toNanos(CheckpointOptions.DEFAULT_STALL_WARN_MS);
    private volatile long stallShedNanos = TimeUnit.MILLISECONDS.toNanos(CheckpointOptions.DEFAULT_STALL_SHED_MS);

    /**
     * Uses these volumes.
     *
     * @param log the same as {@code data} if they share a volume; {@code null} if none is monitored
     * @param dwellMillis dwell time: how long pressure lasts at least
     */
    ShardVolumes(@Nullable Volume data, @Nullable Volume log, LongSupplier dwellMillis) {
        this.data = data;
        this.log = log;
        this.dwellMillis = dwellMillis;
    }

    LongSupplier dwellMillis() {
        return dwellMillis;
    }

    /** Applies the options of the shard's checkpointer: the log's disk has the same stall limits as the data's. */
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

    /** Reserves space for a write, in the log and in the data files, or refuses it. Never blocks. */
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

    /** An admitted write has been applied, or was not carried out. */
    void releaseReservation(long bytes) {
        if (data != null) {
            data.releaseReservation(data == log ? 2 * bytes : bytes);
        }
        if (log != null && log != data) {
            log.releaseReservation(bytes);
        }
    }

    /** Whether the log has space for files that only save time. */
    boolean ample() {
        return log == null || log.ample();
    }

    /** See {@link Volume#makeRoom}; blocks. */
    boolean makeRoom(LogWork work) {
        Volume full = work == LogWork.WRITING ? log : data;
        return full != null && full.makeRoom();
    }

    /** Called before a generation: frees space for its manifest if necessary. Blocks. */
    void ensureBookkeeping() {
        if (data != null) {
            data.ensureFree(BOOKKEEPING_BYTES);
        }
    }

    /** Runs a durable probe on the volumes that a reason is about. */
    Future<Void> probe(PressureReason reason) {
        return switch (reason) {
            case APPEND_FAILED, FSYNC_FAILED, FSYNC_STALLED -> probe(data);
            case CHECKPOINT_OVERDUE -> Future.succeededFuture(); // not about a disk
            case LOG_BACKLOG, NO_DESCRIPTORS -> probe(log);
            case LOW_SPACE, LOG_STALLED ->
                data == log ? probe(data) : Future.join(probe(data), probe(log)).mapEmpty();
        };
    }

    private static Future<Void> probe(@Nullable Volume volume) {
        return volume == null ? Future.succeededFuture() : volume.probe();
    }
}
