package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
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
        "max_dirty_bytes, 1, 'a size from 4KiB to 1024GiB, in bytes or with KiB, MiB or GiB'",
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
                .hasMessageContaining(
                        "checkpoint.interval_ms is the text `10s`, expected a whole number from 10 to 86400000");
        assertThatThrownBy(() -> new CheckpointOptions(new JsonObject().put("intervalMs", 10)))
                .hasMessageContaining("`intervalMs`")
                .hasMessageContaining("interval_ms");
    }

    /** A properties store gives BigInteger or text, JSON gives Integer or Long: all of them are the number. */
    @Test
    void json_wholeNumberOfAnyType_isTheNumber() {
        for (Object raw : List.of(5_000, 5_000L, (short) 5_000, BigInteger.valueOf(5_000), "5000")) {
            JsonObject json = new JsonObject().put("interval_ms", raw).put("max_dirty_bytes", raw);
            assertThat(new CheckpointOptions(json).getIntervalMs()).isEqualTo(5_000);
            assertThat(new CheckpointOptions(json).getMaxDirtyBytes()).isEqualTo(5_000);
        }
        JsonObject sizes = new JsonObject().put("max_dirty_bytes", "3MiB").put("pacing_bytes", "0");
        assertThat(new CheckpointOptions(sizes).getMaxDirtyBytes()).isEqualTo(3 << 20);
        assertThat(new CheckpointOptions(sizes).getPacingBytes()).isZero();
        assertThat(new CheckpointOptions(new JsonObject().put("node", "a").put("clustered", "true")).isClustered())
                .isTrue();
    }

    @Test
    void json_otherValue_saysWhatItIs() {
        assertThatThrownBy(() -> new CheckpointOptions(new JsonObject().put("interval_ms", 5_000.0)))
                .hasMessage("checkpoint.interval_ms is the number 5000.0, expected a whole number from 10 to 86400000");
        assertThatThrownBy(() -> new CheckpointOptions(new JsonObject().put("interval_ms", "03720")))
                .hasMessage("checkpoint.interval_ms is the text `03720`, with a leading zero,"
                        + " expected a whole number from 10 to 86400000");
        assertThatThrownBy(() -> new CheckpointOptions(new JsonObject().put("interval_ms", true)))
                .hasMessageContaining("checkpoint.interval_ms is the Boolean true, expected");
        assertThatThrownBy(() -> new CheckpointOptions(new JsonObject().putNull("interval_ms")))
                .hasMessage("checkpoint.interval_ms has no value; give it one or leave the key out");
        assertThatThrownBy(() -> new CheckpointOptions(new JsonObject().put("clustered", BigInteger.ONE)))
                .hasMessage("checkpoint.clustered is the whole number 1, expected true or false");
        assertThatThrownBy(() -> new CheckpointOptions(new JsonObject().put("node", Instant.EPOCH)))
                .hasMessageContaining("checkpoint.node is a date, as YAML reads it, 1970-01-01T00:00:00Z");
        assertThatThrownBy(() -> new CheckpointOptions(new JsonObject().put("node", new byte[] {1})))
                .hasMessageContaining("checkpoint.node is binary data, expected a name");
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
                .hasMessageContaining("checkpoint.clustered is the text `yes`, expected true or false");
        assertThatThrownBy(() -> new CheckpointOptions(new JsonObject().put("node", 7)))
                .hasMessageContaining("checkpoint.node is the whole number 7, expected a name, which is text");
    }
}
