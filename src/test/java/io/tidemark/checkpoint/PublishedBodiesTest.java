package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is published can be read back, as it arrives from another node: each field, each value of an enum, and errors by name. */
class PublishedBodiesTest {
    private static final SyncResult SYNC = new SyncResult(3, 7, 5_000_000_000L, 4, 6_000_000_000L, 12);

    private static JsonObject received(JsonObject sent) {
        return new JsonObject(sent.encode()).put("node", "a").put("instance", "3f2c");
    }

    private static Map<PressureReason, PressureLevel> latches(PressureReason worst) {
        Map<PressureReason, PressureLevel> latches = new HashMap<>();
        latches.put(PressureReason.LOW_SPACE, PressureLevel.WARN);
        latches.put(worst, PressureLevel.FAILED);
        return latches;
    }

    private static CheckpointOutcome outcome(CheckpointTrigger trigger, ForceStep failedStep) {
        return new CheckpointOutcome(
                "orders",
                3,
                7,
                trigger,
                -1,
                5_000_000_000L,
                6_000_000_000L,
                4,
                1_234_000,
                60_000_001_000L,
                2_000,
                1_700_000_000_123L,
                failedStep,
                "no space left");
    }

    @Test
    void syncResult_roundTrip_isEqual() {
        assertThat(new SyncResult(received(SYNC.toJson()))).isEqualTo(SYNC);
    }

    @ParameterizedTest
    @EnumSource
    void outcome_ofEachTrigger_roundTrip_isEqual(CheckpointTrigger trigger) {
        CheckpointOutcome sent = outcome(trigger, ForceStep.DATA);
        assertThat(new CheckpointOutcome(received(sent.toJson()))).isEqualTo(sent);
    }

    @ParameterizedTest
    @EnumSource
    void outcome_ofEachFailedStep_roundTrip_isEqual(ForceStep step) {
        CheckpointOutcome sent = outcome(CheckpointTrigger.INTERVAL, step);
        assertThat(new CheckpointOutcome(received(sent.toJson()))).isEqualTo(sent);
    }

    @Test
    void outcome_thatSucceededWithoutSteps_roundTrip_isEqual() {
        CheckpointOutcome sent =
                new CheckpointOutcome("orders", 0, 1, CheckpointTrigger.RECOVERY, 0, 0, 0, 0, 0, 0, -1, 0, null, null);
        CheckpointOutcome read = new CheckpointOutcome(received(sent.toJson()));
        assertThat(read).isEqualTo(sent);
        assertThat(read.succeeded()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void pressureEvent_ofEachReason_roundTrip_isEqual(PressureReason reason) {
        PressureEvent sent = new PressureEvent(
                "a", "orders", 3, PressureLevel.FAILED, reason, 1_700_000_000_123L, "the disk", latches(reason));
        assertThat(new PressureEvent(received(sent.toJson()))).isEqualTo(sent);
    }

    @Test
    void pressureEvent_normal_roundTrip_isEqual() {
        PressureEvent sent = new PressureEvent(
                "a", "orders", 3, PressureLevel.NORMAL, PressureReason.FSYNC_FAILED, 1_700_000_000_123L, "gone");
        assertThat(new PressureEvent(received(sent.toJson()))).isEqualTo(sent);
    }

    @Test
    void pressureEvent_fieldMissing_isRefusedByName() {
        JsonObject sent =
                new PressureEvent("a", "orders", 3, PressureLevel.WARN, PressureReason.LOW_SPACE, 1, "x").toJson();
        for (String key : sent.copy().fieldNames()) {
            JsonObject missing = sent.copy();
            missing.remove(key);
            assertThatThrownBy(() -> new PressureEvent(missing))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("\"" + key + "\" is null; expected a ");
        }
    }

    @Test
    void read_fieldMissingOrOfAnotherType_isRefusedByName() {
        for (Map.Entry<String, Object> field : SYNC.toJson()) {
            JsonObject missing = SYNC.toJson();
            missing.remove(field.getKey());
            assertThatThrownBy(() -> new SyncResult(missing))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("\"" + field.getKey() + "\" is null; expected a number");
        }
        JsonObject text = SYNC.toJson().put("bytes", "many");
        assertThatThrownBy(() -> new SyncResult(text)).hasMessage("\"bytes\" is many; expected a number");
    }
}
