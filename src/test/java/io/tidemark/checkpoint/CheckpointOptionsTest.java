package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointOptionsTest {

    @Test
    void toJson_roundTrip_keepsEveryValue() {
        CheckpointOptions options = new CheckpointOptions()
                .setIntervalMs(500)
                .setIdleMs(0)
                .setMaxDelayMs(2_000)
                .setMaxDirtyBytes(1 << 20)
                .setMaxConcurrentFsyncs(7);
        assertThat(new CheckpointOptions(options.toJson()).toJson()).isEqualTo(options.toJson());
        assertThat(new CheckpointOptions(options).toJson()).isEqualTo(options.toJson());
    }

    @Test
    void json_empty_hasTheDefaults() {
        assertThat(new CheckpointOptions(new JsonObject()).toJson()).isEqualTo(new CheckpointOptions().toJson());
    }

    @ParameterizedTest
    @CsvSource({
        "interval_ms, 9, '10 to 86400000'",
        "idle_ms, -1, '0 to 86400000'",
        "max_delay_ms, 0, '10 to 86400000'",
        "max_dirty_bytes, 1, '4096 to 1099511627776'",
        "max_concurrent_fsyncs, 65, '1 to 64'",
        "max_concurrent_fsyncs, 4294967297, '1 to 64'"
    })
    void json_outOfRange_namesKeyValueAndRange(String key, long value, String range) {
        assertThatThrownBy(() -> new CheckpointOptions(new JsonObject().put(key, value)))
                .hasMessageContaining("checkpoint." + key)
                .hasMessageContaining(range);
    }

    @Test
    void json_wrongTypeOrKey_isNamed() {
        assertThatThrownBy(() -> new CheckpointOptions(new JsonObject().put("interval_ms", "10s")))
                .hasMessageContaining("checkpoint.interval_ms is `10s`");
        assertThatThrownBy(() -> new CheckpointOptions(new JsonObject().put("intervalMs", 10)))
                .hasMessageContaining("`intervalMs`")
                .hasMessageContaining("interval_ms");
    }

    @Test
    void defaults_areTheSeeds() {
        CheckpointOptions options = new CheckpointOptions();
        assertThat(options.getIntervalMs()).isEqualTo(10_000);
        assertThat(options.getIdleMs()).isEqualTo(250);
        assertThat(options.getMaxDelayMs()).isEqualTo(180_000);
    }

    @Test
    void node_andClustered_areInTheJsonOnlyWhereSet() {
        assertThat(new CheckpointOptions().toJson().fieldNames()).doesNotContain("node", "clustered");
        CheckpointOptions named = new CheckpointOptions().setNode("berlin-2").setClustered(true);
        assertThat(new CheckpointOptions(named.toJson())).isEqualTo(named).hasSameHashCodeAs(named);
        assertThat(named).isNotEqualTo(new CheckpointOptions());
        assertThatThrownBy(() -> new CheckpointOptions().setNode("a.b"))
                .hasMessageContaining("checkpoint.node `a.b`: expected 1 to 64 letters");
        assertThatThrownBy(() -> new CheckpointOptions(new JsonObject().put("clustered", "yes")))
                .hasMessageContaining("checkpoint.clustered is `yes`, expected true or false");
        assertThatThrownBy(() -> new CheckpointOptions(new JsonObject().put("node", 7)))
                .hasMessageContaining("checkpoint.node is `7`, expected a name");
    }
}
