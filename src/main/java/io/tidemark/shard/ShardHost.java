package io.tidemark.shard;

import io.tidemark.disk.DiskFull;
import io.tidemark.disk.NoDescriptorsException;
import io.tidemark.log.LogHost;
import io.tidemark.log.LogWork;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import io.tidemark.shard.PressureCauses.Place;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Connects one shard's log to the node: space, timers, and pressure. Called on the log's thread.
 *
 * @param number the shard's number
 * @param directory the log's directory, for messages
 * @param logFailed called when the log has failed: the node must exit
 * @param applyFailed called when an entry can't be applied for good: the shard has failed
 */
record ShardHost(
        Vertx vertx,
        int number,
        Path directory,
        ShardVolumes volumes,
        PressureCauses causes,
        Consumer<IOException> logFailed,
        Consumer<IOException> applyFailed)
        implements LogHost {

    @Override
    public void failed(IOException cause) {
        logFailed.accept(cause);
    }

    @Override
    public void applyFailed(IOException cause) {
        applyFailed.accept(cause);
    }

    @Override
    public boolean ample() {
        return volumes.ample();
    }

    @Override
    public boolean makeRoom(LogWork work) {
        return volumes.makeRoom(work);
    }

    @Override
    public boolean schedule(long millis, Runnable task) {
        vertx.setTimer(millis, id -> task.run());
        return true;
    }

    @Override
    public void suspended(LogWork work, IOException why) {
        if (work == LogWork.WRITING) {
            causes.raise(
                    PressureReason.LOW_SPACE,
                    Place.LOG,
                    PressureLevel.SHED,
                    "shard " + number + ": the log in " + directory + " waits for space: " + reason(why));
        } else {
            appendWaits("a logged entry waits to be applied", why);
        }
    }

    /** An entry can't be appended to the data files yet. */
    void appendWaits(String what, IOException why) {
        boolean passing = DiskFull.isCauseOf(why) || NoDescriptorsException.isCauseOf(why);
        causes.raise(
                PressureReason.APPEND_FAILED,
                Place.DATA,
                passing ? PressureLevel.SHED : PressureLevel.FAILED,
                "shard " + number + ": " + what + ": " + reason(why) + "; it is retried until it succeeds");
    }

    @Override
    public void resumed(LogWork work) {
        if (work == LogWork.WRITING) {
            causes.clear(PressureReason.LOW_SPACE, Place.LOG, "shard " + number + ": the log has space again");
        } else {
            appendGoesOn();
        }
    }

    void appendGoesOn() {
        causes.clear(
                PressureReason.APPEND_FAILED, Place.DATA, "shard " + number + ": the waiting entry has been applied");
    }

    @Override
    public void writesRefused(IOException why) {
        causes.pulse(
                NoDescriptorsException.isCauseOf(why) ? PressureReason.NO_DESCRIPTORS : PressureReason.LOW_SPACE,
                Place.LOG,
                PressureLevel.SHED,
                "shard " + number + ": the log in " + directory + " can't create its next file: " + reason(why));
    }

    private static String reason(Throwable why) {
        Throwable cause = why.getCause();
        return cause == null ? String.valueOf(why.getMessage()) : reason(cause);
    }
}
