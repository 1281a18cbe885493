package io.tidemark.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.shard.RecoveryProgress;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplayTextTest {
    @Test
    void of_sumsTheShards_andTakesTheLongestTime() {
        assertThat(ReplayText.of(List.of(
                        new RecoveryProgress(true, 1_000, 5_000, 100, 1),
                        new RecoveryProgress(false, 500, 3_000, 200, 0.25))))
                .isEqualTo(
                        "the logs are being replayed: 1 of 2 shards done, 62 %, 1500 entries of 8000 bytes in 200 ms,"
                                + " 7500 entries/s");
    }

    @Test
    void of_notBegun_hasNoRate() {
        assertThat(ReplayText.of(List.of(new RecoveryProgress(false, 0, 0, 0, 0))))
                .isEqualTo("the logs are being replayed: 0 of 1 shards done, 0 %, 0 entries of 0 bytes in 0 ms");
    }
}
