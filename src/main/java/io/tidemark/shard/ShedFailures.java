package io.tidemark.shard;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import io.tidemark.pressure.PressureState;
import java.util.function.LongSupplier;

/**
 * Why one shard refuses writes, in words for clients: {@code shard 3: LOW_SPACE; retry in 5 s}.
 *
 * @param shard "shard 3"
 * @param dwellMillis how long pressure lasts at least
 */
record ShedFailures(String shard, LongSupplier dwellMillis) {

    /** For what a shard's pressure is led by. */
    Result.Failure of(PressureState pressure) {
        return of(pressure.worstReason().orElse(PressureReason.LOW_SPACE), pressure.level());
    }

    /** For want of room, before anybody has been told of it. */
    Result.Failure lowSpace() {
        return of(PressureReason.LOW_SPACE, PressureLevel.SHED);
    }

    /** For want of file descriptors, the same. */
    Result.Failure noDescriptors() {
        return of(PressureReason.NO_DESCRIPTORS, PressureLevel.SHED);
    }

    /** Because too much waits for the log already. */
    Result.Failure backlog(long waitingBytes) {
        return shed("LOG_BACKLOG; " + waitingBytes + " bytes wait for the log; retry in 1 s");
    }

    private Result.Failure of(PressureReason reason, PressureLevel level) {
        if (level == PressureLevel.FAILED && reason == PressureReason.FSYNC_FAILED) {
            return shed(reason + "; the repair goes on; retry in 10 s");
        }
        long seconds = Math.max(1, (dwellMillis.getAsLong() + 999) / 1_000);
        return shed(reason + "; retry in " + seconds + " s");
    }

    private Result.Failure shed(String why) {
        return new Result.Failure(Result.Kind.SHED, shard + ": " + why);
    }
}
