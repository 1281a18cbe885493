package io.tidemark.shard;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import io.tidemark.pressure.PressureState;
import java.util.function.LongSupplier;

/**
 * The answers to writes that one shard sheds: {@code shard 3: LOW_SPACE; retry in 5 s}.
 *
 * @param shard its name, "shard 3"
 * @param dwellMillis dwell time: how long pressure lasts at least
 */
record ShedFailures(String shard, LongSupplier dwellMillis) {

    /** For the leading reason of a shard's pressure. */
    Result.Failure of(PressureState pressure) {
        return of(pressure.worstReason().orElse(PressureReason.LOW_SPACE), pressure.level());
    }

    /** For lack of space, before the pressure has been reported. */
    Result.Failure lowSpace() {
        return of(PressureReason.LOW_SPACE, PressureLevel.SHED);
    }

    /** For lack of file descriptors, before the pressure has been reported. */
    Result.Failure noDescriptors() {
        return of(PressureReason.NO_DESCRIPTORS, PressureLevel.SHED);
    }

    /** Because too many bytes wait for the log. */
    Result.Failure backlog(long waitingBytes) {
        return shed("LOG_BACKLOG; " + waitingBytes + " bytes wait for the log; retry in 1 s");
    }

    private Result.Failure of(PressureReason reason, PressureLevel level) {
        if (level == PressureLevel.FAILED && reason == PressureReason.FSYNC_FAILED) {
            return shed(reason + "; the repair continues; retry in 10 s");
        }
        long seconds = Math.max(1, (dwellMillis.getAsLong() + 999) / 1_000);
        return shed(reason + "; retry in " + seconds + " s");
    }

    private Result.Failure shed(String why) {
        return new Result.Failure(Result.Kind.SHED, shard + ": " + why);
    }
}
