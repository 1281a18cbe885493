package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.shard.RecoveryProgress;
import io.tidemark.shard.ShardStatus;
import io.tidemark.shard.ShardStatus.Phase;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Up to when everything is durable, in milliseconds of a clock that the test sets. */
class LastSaveTest {
    private static final long START = 1_000;

    private final LastSave lastSave = new LastSave(2);

    private static ShardStatus shard(int number, Phase phase, boolean dirty, boolean inFlight, long lastCheckpoint) {
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
                0);
    }

    private static ShardStatus clean(int number) {
        return shard(number, Phase.SERVING, false, false, START);
    }

    private static ShardStatus dirty(int number, long lastCheckpoint) {
        return shard(number, Phase.SERVING, true, false, lastCheckpoint);
    }

    private long at(long nowMillis, ShardStatus... shards) {
        return lastSave.millis(nowMillis, List.of(shards), START);
    }

    @Test
    void noShards_isTheStart() {
        assertThat(at(5_000)).isEqualTo(START);
    }

    @Test
    void cleanShards_areDurableUpToNow() {
        assertThat(at(5_000, clean(0), clean(1))).isEqualTo(5_000);
        assertThat(at(9_000, clean(0), clean(1))).isEqualTo(9_000);
    }

    @Test
    void shardThatStaysDirty_holdsItAtItsLastCheckpoint() {
        assertThat(at(5_000, clean(0), dirty(1, 2_000))).isEqualTo(2_000);
        assertThat(at(9_000, clean(0), dirty(1, 2_000))).isEqualTo(2_000);
        assertThat(at(9_500, clean(0), dirty(1, 9_400)))
                .as("forced, and written again")
                .isEqualTo(9_400);
    }

    @Test
    void shardThatBecomesDirty_holdsItWhereItWasSeenClean() {
        assertThat(at(5_000, clean(0), clean(1))).isEqualTo(5_000);
        assertThat(at(6_000, clean(0), dirty(1, START))).as("never back").isEqualTo(5_000);
        assertThat(at(7_000, clean(0), dirty(1, START))).as("its force fails").isEqualTo(5_000);
        assertThat(at(8_000, clean(0), clean(1))).isEqualTo(8_000);
    }

    @Test
    void shardInAGeneration_orNotServing_isNotClean() {
        assertThat(at(5_000, clean(0), shard(1, Phase.SERVING, false, true, 2_000)))
                .isEqualTo(2_000);
        assertThat(at(6_000, clean(0), shard(1, Phase.RECOVERING, false, false, 2_000)))
                .isEqualTo(2_000);
        assertThat(at(7_000, clean(0), shard(1, Phase.FAILED, false, false, 2_000)))
                .isEqualTo(2_000);
    }

    @Test
    void clockSetBack_doesNotTakeItBack() {
        assertThat(at(5_000, clean(0), clean(1))).isEqualTo(5_000);
        assertThat(at(4_000, clean(0), clean(1))).isEqualTo(5_000);
    }
}
