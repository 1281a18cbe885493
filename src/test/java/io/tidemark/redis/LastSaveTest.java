package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.shard.RecoveryProgress;
import io.tidemark.shard.ShardStatus;
import io.tidemark.shard.ShardStatus.Phase;
import io.tidemark.shard.Timestamp;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The moment up to which everything is durable, with clocks that the test sets. */
class LastSaveTest {
    private static final Timestamp START = at(1_000);
    private static final long DAY = 86_400_000;

    private final LastSave lastSave = new LastSave(2);

    private static ShardStatus shard(
            int number, Phase phase, boolean dirty, boolean inFlight, Timestamp lastCheckpoint) {
        return new ShardStatus(
                number,
                phase,
                1,
                dirty ? 8 : 7,
                7,
                dirty ? 100 : 0,
                inFlight,
                lastCheckpoint,
                true,
                PressureLevel.NORMAL,
                "",
                0,
                0,
                new RecoveryProgress(true, 0, 0, 0, 1),
                0,
                Map.of(),
                0,
                0);
    }

    private static ShardStatus clean(int number) {
        return shard(number, Phase.SERVING, false, false, START);
    }

    private static ShardStatus dirty(int number, Timestamp lastCheckpoint) {
        return shard(number, Phase.SERVING, true, false, lastCheckpoint);
    }

    /** A moment at which both clocks show the same. */
    private static Timestamp at(long millis) {
        return at(millis, millis);
    }

    private static Timestamp at(long upMillis, long epochMillis) {
        return new Timestamp(upMillis * 1_000_000, epochMillis);
    }

    private long lastSave(Timestamp now, ShardStatus... shards) {
        return lastSave.of(now, List.of(shards), START).epochMillis();
    }

    @Test
    void noShards_isTheStart() {
        assertThat(lastSave(at(5_000))).isEqualTo(START.epochMillis());
    }

    @Test
    void cleanShards_areDurableUpToNow() {
        assertThat(lastSave(at(5_000), clean(0), clean(1))).isEqualTo(5_000);
        assertThat(lastSave(at(9_000), clean(0), clean(1))).isEqualTo(9_000);
    }

    @Test
    void shardThatStaysDirty_holdsItAtItsLastCheckpoint() {
        assertThat(lastSave(at(5_000), clean(0), dirty(1, at(2_000)))).isEqualTo(2_000);
        assertThat(lastSave(at(9_000), clean(0), dirty(1, at(2_000)))).isEqualTo(2_000);
        assertThat(lastSave(at(9_500), clean(0), dirty(1, at(9_400))))
                .as("forced, and written again")
                .isEqualTo(9_400);
    }

    @Test
    void shardThatBecomesDirty_holdsItWhereItWasSeenClean() {
        assertThat(lastSave(at(5_000), clean(0), clean(1))).isEqualTo(5_000);
        assertThat(lastSave(at(6_000), clean(0), dirty(1, START)))
                .as("never back")
                .isEqualTo(5_000);
        assertThat(lastSave(at(7_000), clean(0), dirty(1, START)))
                .as("its force fails")
                .isEqualTo(5_000);
        assertThat(lastSave(at(8_000), clean(0), clean(1))).isEqualTo(8_000);
    }

    @Test
    void shardInAGeneration_orNotServing_isNotClean() {
        assertThat(lastSave(at(5_000), clean(0), shard(1, Phase.SERVING, false, true, at(2_000))))
                .isEqualTo(2_000);
        assertThat(lastSave(at(6_000), clean(0), shard(1, Phase.RECOVERING, false, false, at(2_000))))
                .isEqualTo(2_000);
        assertThat(lastSave(at(7_000), clean(0), shard(1, Phase.FAILED, false, false, at(2_000))))
                .isEqualTo(2_000);
    }

    @Test
    void clockSetBack_cleanShards_areDurableUpToNowByTheNewTime() {
        assertThat(lastSave(at(5_000, DAY), clean(0), clean(1))).isEqualTo(DAY);
        assertThat(lastSave(at(6_000, 1_000), clean(0), clean(1))).isEqualTo(1_000);
    }

    @Test
    void clockSetBack_checkpointSinceThen_counts() {
        assertThat(lastSave(at(5_000, DAY), clean(0), clean(1))).isEqualTo(DAY);
        assertThat(lastSave(at(7_000, 2_000), clean(0), dirty(1, at(6_000, 1_000))))
                .as("forced after it was last seen clean, by a clock that was set back")
                .isEqualTo(1_000);
    }

    @Test
    void clockSetForward_theShardFurthestBehindIsFoundByTheMonotonicClock() {
        assertThat(lastSave(at(9_000, 2_000), dirty(0, at(5_000, DAY)), dirty(1, at(6_000, 1_000))))
                .as("the first shard's, from before the clock was set right")
                .isEqualTo(DAY);
    }

    @Test
    void monotonicClock_overflowing_changesNothing() {
        Timestamp before = new Timestamp(Long.MAX_VALUE - 10, 1_000);
        Timestamp behind = new Timestamp(Long.MIN_VALUE + 10, 2_000);
        assertThat(lastSave(before, clean(0), clean(1))).isEqualTo(1_000);
        assertThat(lastSave(behind, clean(0), dirty(1, START))).isEqualTo(1_000);
        assertThat(lastSave(behind, clean(0), clean(1))).isEqualTo(2_000);
    }
}
