package io.tidemark.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.checkpoint.CheckpointStatus;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.shard.RecoveryProgress;
import io.tidemark.shard.ShardStatus;
import io.tidemark.shard.Timestamp;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the metrics of a shard show: never the milder of two levels, so that an alert can rely on it. */
class NodeInsightTest {

    private static CheckpointStatus checkpointer(PressureLevel level) {
        return new CheckpointStatus("main", 3, 1, 2, 5, 6, 7, 8, level);
    }

    private static ShardStatus shard(PressureLevel level) {
        return new ShardStatus(
                3,
                ShardStatus.Phase.SERVING,
                9,
                30,
                20,
                99,
                false,
                new Timestamp(0, 0),
                true,
                level,
                "",
                0,
                0,
                new RecoveryProgress(true, 0, 0, 0, 1),
                0,
                Map.of(),
                0,
                0);
    }

    @ParameterizedTest
    @EnumSource(PressureLevel.class)
    void refine_levelsDiffer_showsTheWorse(PressureLevel level) {
        for (PressureLevel other : PressureLevel.values()) {
            PressureLevel worse = level.compareTo(other) > 0 ? level : other;
            assertThat(NodeInsight.refine(checkpointer(level), shard(other)).level())
                    .as("checkpointer %s, shard %s", level, other)
                    .isEqualTo(worse);
        }
    }

    @ParameterizedTest
    @EnumSource(PressureLevel.class)
    void refine_indicesOfTheShard_replaceTheCheckpointersAndTheRestStays(PressureLevel level) {
        assertThat(NodeInsight.refine(checkpointer(level), shard(level)))
                .isEqualTo(new CheckpointStatus("main", 3, 30, 20, 5, 6, 7, 8, level));
    }
}
