package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.checkpoint.CheckpointDecision.Defer;
import io.tidemark.checkpoint.CheckpointDecision.Fire;
import io.tidemark.checkpoint.CheckpointDecision.Reason;
import io.tidemark.checkpoint.CheckpointDecision.Skip;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Interval 10 s, idle 250 ms, delay 180 s, 256 MiB. Times in milliseconds from 0; the next tick is at 10,000. */
class CheckpointPolicyTest {
    private static final long MIB = 1L << 20;
    private static final long STEP = ms(250) / 8;

    private static CheckpointActivity shard(
            boolean dirty, boolean tickDue, int waiters, long dirtyBytes, long oldestMs, long movedMs, long queueMs) {
        return new CheckpointActivity(
                dirty,
                false,
                tickDue,
                false,
                false,
                waiters,
                dirtyBytes,
                ms(oldestMs),
                ms(movedMs),
                ms(10_000),
                ms(queueMs));
    }

    /** One that no generation has proven since its start. */
    private static CheckpointActivity started(boolean tickDue, long movedMs) {
        return new CheckpointActivity(true, true, tickDue, false, false, 0, 0, 0, ms(movedMs), ms(10_000), 0);
    }

    private static long ms(long millis) {
        return millis * 1_000_000;
    }

    private static Fire fire(CheckpointTrigger trigger) {
        return new Fire(trigger);
    }

    static Stream<Arguments> table() {
        return Stream.of(
                row("clean at its tick", shard(false, true, 0, 0, 0, 0, 0), 10_000, Skip.SKIP),
                row("clean with waiters", shard(false, true, 2, 0, 0, 0, 0), 10_000, Skip.SKIP),
                row(
                        "dirty, tick not due",
                        shard(true, false, 0, 9, 100, 100, 0),
                        200,
                        new Defer(Reason.NOT_DUE, ms(9_750) - STEP)),
                row(
                        "looked at before the tick",
                        shard(true, false, 0, 9, 100, 100, 0),
                        9_750,
                        new Defer(Reason.NOT_DUE, ms(9_750) + STEP)),
                row(
                        "looked at just before the tick",
                        shard(true, false, 0, 9, 100, 9_990, 0),
                        9_990,
                        new Defer(Reason.NOT_DUE, ms(10_000))),
                row(
                        "tick not due, delay before it",
                        shard(true, false, 0, 9, -175_000, 100, 0),
                        200,
                        new Defer(Reason.NOT_DUE, ms(5_000))),
                row(
                        "idle at its tick",
                        shard(true, true, 0, 9, 100, 9_750, 0),
                        10_000,
                        fire(CheckpointTrigger.INTERVAL)),
                row(
                        "idle one ns too short",
                        shard(true, true, 0, 9, 100, 9_751, 0),
                        10_000,
                        new Defer(Reason.STILL_WRITTEN, ms(10_001))),
                row(
                        "written now",
                        shard(true, true, 0, 9, 100, 10_000, 0),
                        10_000,
                        new Defer(Reason.STILL_WRITTEN, ms(10_000) + STEP)),
                row(
                        "delay reached",
                        shard(true, true, 0, 9, 100, 180_100, 0),
                        180_100,
                        fire(CheckpointTrigger.MAX_DELAY)),
                row(
                        "delay reached without a tick",
                        shard(true, false, 0, 9, 100, 180_100, 0),
                        180_100,
                        fire(CheckpointTrigger.MAX_DELAY)),
                row(
                        "delay less the queue",
                        shard(true, true, 0, 9, 100, 179_100, 1_000),
                        179_100,
                        fire(CheckpointTrigger.MAX_DELAY)),
                row(
                        "delay near",
                        shard(true, true, 0, 9, 100, 180_090, 0),
                        180_090,
                        new Defer(Reason.STILL_WRITTEN, ms(180_100))),
                row(
                        "too many bytes",
                        shard(true, false, 0, 256 * MIB, 100, 100, 0),
                        100,
                        fire(CheckpointTrigger.MAX_DIRTY_BYTES)),
                row(
                        "one byte less",
                        shard(true, true, 0, 256 * MIB - 1, 100, 9_700, 0),
                        10_000,
                        fire(CheckpointTrigger.INTERVAL)),
                row(
                        "asked while written",
                        shard(true, false, 1, 9, 100, 100, 0),
                        100,
                        fire(CheckpointTrigger.SYNC_NOW)),
                row(
                        "asked, too many bytes, too old: the asker is named",
                        shard(true, true, 1, 256 * MIB, 100, 200_000, 0),
                        200_000,
                        fire(CheckpointTrigger.SYNC_NOW)),
                row(
                        "too many bytes before too old",
                        shard(true, true, 0, 256 * MIB, 100, 200_000, 0),
                        200_000,
                        fire(CheckpointTrigger.MAX_DIRTY_BYTES)),
                row(
                        "a queue longer than the delay",
                        shard(true, false, 0, 9, 100, 100, 200_000),
                        101,
                        fire(CheckpointTrigger.MAX_DELAY)),
                row(
                        "queue brings the deadline before the look",
                        shard(true, false, 0, 9, 100, 100, 171_000),
                        101,
                        new Defer(Reason.NOT_DUE, ms(9_100))),
                row("just started, tick not due", started(false, 0), 100, new Defer(Reason.NOT_DUE, ms(9_750) - STEP)),
                row("just started, at its tick", started(true, 10_000), 10_000, fire(CheckpointTrigger.RECOVERY)));
    }

    private static Arguments row(String name, CheckpointActivity shard, long nowMs, CheckpointDecision expected) {
        return Arguments.of(Named.of(name, shard), ms(nowMs), expected);
    }

    @ParameterizedTest
    @MethodSource("table")
    void decide_row_asInTable(CheckpointActivity shard, long now, CheckpointDecision expected) {
        assertThat(CheckpointPolicy.decide(shard, now, new CheckpointOptions())).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("table")
    void decide_busy_skips(CheckpointActivity shard, long now, CheckpointDecision ignored) {
        CheckpointActivity busy = new CheckpointActivity(
                shard.dirty(),
                true,
                shard.tickDue(),
                true,
                true,
                shard.waiters(),
                shard.dirtyBytes(),
                shard.oldestNanos(),
                shard.lastWriteNanos(),
                shard.nextTickNanos(),
                shard.expectedQueueNanos());
        assertThat(CheckpointPolicy.decide(busy, now, new CheckpointOptions())).isEqualTo(Skip.SKIP);
    }

    @ParameterizedTest
    @MethodSource("table")
    void decide_stopping_forcesWhateverIsDirty(CheckpointActivity shard, long now, CheckpointDecision ignored) {
        CheckpointActivity stopping = new CheckpointActivity(
                shard.dirty(),
                false,
                shard.tickDue(),
                false,
                true,
                shard.waiters(),
                shard.dirtyBytes(),
                shard.oldestNanos(),
                shard.lastWriteNanos(),
                shard.nextTickNanos(),
                shard.expectedQueueNanos());
        assertThat(CheckpointPolicy.decide(stopping, now, new CheckpointOptions()))
                .isEqualTo(shard.dirty() ? fire(CheckpointTrigger.SHUTDOWN) : Skip.SKIP);
    }
}
