package io.tidemark.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.shard.RecoveryProgress;
import io.tidemark.shard.ShardStatus;
import io.tidemark.shard.ShardStatus.Phase;
import io.tidemark.shard.Timestamp;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadinessTest {
    private static ShardStatus shard(int number, Phase phase, PressureLevel level, String detail) {
        RecoveryProgress recovery = new RecoveryProgress(phase != Phase.RECOVERING, 10L * number, 100, 5, 1);
        return new ShardStatus(
                number,
                phase,
                0,
                0,
                0,
                0,
                false,
                new Timestamp(0, 0),
                true,
                level,
                detail,
                0,
                0,
                recovery,
                0,
                Map.of(),
                0,
                0);
    }

    private static List<String> reasons(NodePhase phase, ShardStatus... shards) {
        return Readiness.of(phase, List.of(shards)).reasons();
    }

    @ParameterizedTest
    @CsvSource({
        "SERVING, NORMAL, true",
        "SERVING, WARN, true",
        "SERVING, SHED, false",
        "SERVING, FAILED, false",
        "FAILED, NORMAL, false",
        "RECOVERING, NORMAL, false",
        "STOPPED, NORMAL, false"
    })
    void serving_isReadyUnlessAShardRefusesWrites(Phase phase, PressureLevel level, boolean ready) {
        ShardStatus well = shard(0, Phase.SERVING, PressureLevel.NORMAL, "");
        Readiness readiness = Readiness.of(NodePhase.SERVING, List.of(well, shard(1, phase, level, "")));
        assertThat(readiness.ready()).isEqualTo(ready);
        assertThat(readiness.reasons()).hasSize(ready ? 0 : 1).allMatch(reason -> reason.startsWith("shard 1: "));
    }

    @Test
    void shedding_theReasonIsTheShardsDetail() {
        assertThat(reasons(
                        NodePhase.SERVING,
                        shard(3, Phase.SERVING, PressureLevel.SHED, "shard 3: FSYNC_STALLED; retry in 5 s"),
                        shard(4, Phase.SERVING, PressureLevel.SHED, "LOW_SPACE")))
                .containsExactly("shard 3: FSYNC_STALLED; retry in 5 s", "shard 4: LOW_SPACE");
    }

    @Test
    void opening_isNotReady_thoughThereAreNoShardsYet() {
        assertThat(reasons(NodePhase.OPENING)).containsExactly("the data files are being opened");
    }

    @Test
    void recovering_saysHowFar() {
        assertThat(reasons(
                        NodePhase.RECOVERING,
                        shard(1, Phase.SERVING, PressureLevel.NORMAL, ""),
                        shard(2, Phase.RECOVERING, PressureLevel.NORMAL, "")))
                .containsExactly("the logs are being replayed: 1 of 2 shards done, 100 %,"
                        + " 30 entries of 200 bytes in 5 ms, 6000 entries/s");
    }

    @Test
    void stopping_isNotReady_howeverWellTheShardsAre() {
        assertThat(reasons(NodePhase.STOPPING, shard(1, Phase.SERVING, PressureLevel.NORMAL, "")))
                .containsExactly("the node is being stopped");
    }
}
