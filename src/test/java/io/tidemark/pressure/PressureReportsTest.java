package io.tidemark.pressure;

import static io.tidemark.pressure.PressureLevel.FAILED;
import static io.tidemark.pressure.PressureLevel.NORMAL;
import static io.tidemark.pressure.PressureLevel.SHED;
import static io.tidemark.pressure.PressureLevel.WARN;
import static io.tidemark.pressure.PressureReason.FSYNC_FAILED;
import static io.tidemark.pressure.PressureReason.FSYNC_STALLED;
import static io.tidemark.pressure.PressureReason.LOW_SPACE;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a pressure state, an event and options say of themselves. */
class PressureReportsTest {
    private static final long DWELL = 5_000;

    @Test
    void detail_isThatOfTheWorstLatch() {
        PressureState state = PressureState.NORMAL
                .raise(LOW_SPACE, WARN, "nearly full", 0, 0)
                .raise(FSYNC_FAILED, SHED, "0000000001.data: I/O error", 1, 1);
        assertThat(state.detail()).isEqualTo("0000000001.data: I/O error");
        assertThat(state.detail(LOW_SPACE)).isEqualTo("nearly full");
        assertThat(state.detail(FSYNC_STALLED)).isEmpty();
        assertThat(PressureState.NORMAL.detail()).isEmpty();
        assertThat(state.toString()).isEqualTo("SHED {LOW_SPACE=WARN, FSYNC_FAILED=SHED}");
    }

    @Test
    void reassessed_milderCause_takesItsLevel() {
        PressureState state = PressureState.NORMAL
                .raise(FSYNC_STALLED, SHED, "slow", 0, 0)
                .raise(LOW_SPACE, WARN, "nearly full", 0, 0);
        assertThat(state.reassessed(FSYNC_STALLED, WARN, "less slow", 1, 1).reasons())
                .isEqualTo(Map.of(FSYNC_STALLED, WARN, LOW_SPACE, WARN));
        assertThat(state.reassessed(FSYNC_STALLED, NORMAL, "", 1, 1).reasons()).isEqualTo(Map.of(LOW_SPACE, WARN));
    }

    @Test
    void probe_isDueAtTheEndOfTheDwellTime_andNotWhileItsCauseIsPresent() {
        PressureState cleared =
                PressureState.NORMAL.raise(LOW_SPACE, SHED, "full", 0, 0).clear(LOW_SPACE, "not full", 100);
        assertThat(cleared.probeDue(100 + DWELL - 1, DWELL)).isEmpty();
        assertThat(cleared.probeDue(100 + DWELL, DWELL)).contains(LOW_SPACE);
        assertThat(cleared.raise(LOW_SPACE, SHED, "full", 200, 200).probeDue(1_000_000, DWELL))
                .isEmpty();
        assertThat(cleared.probeStarted(LOW_SPACE, 100 + DWELL)
                        .probeEnded(true, 100 + DWELL, DWELL)
                        .level())
                .as("a probe begun on the dot counts")
                .isEqualTo(NORMAL);
    }

    @Test
    void probe_failed_nextOneIsADwellTimeAfterItsEnd() {
        PressureState failed = PressureState.NORMAL
                .raise(FSYNC_FAILED, FAILED, "I/O error", 0, 0)
                .clear(FSYNC_FAILED, "repaired", 0)
                .probeStarted(FSYNC_FAILED, DWELL)
                .probeEnded(false, DWELL + 700, DWELL);
        assertThat(failed.nextProbeNanos(DWELL)).hasValue(2 * DWELL + 700);
        assertThat(failed.probeDue(2 * DWELL + 699, DWELL)).isEmpty();
        assertThat(failed.probeDue(2 * DWELL + 700, DWELL)).contains(FSYNC_FAILED);
    }

    @Test
    void event_json_hasEveryClosedLatch() {
        assertThat(new PressureEvent("n", "main", 3, SHED, LOW_SPACE, 17, "full").toJson())
                .isEqualTo(new JsonObject()
                        .put("node", "n")
                        .put("store", "main")
                        .put("shard", 3)
                        .put("level", "SHED")
                        .put("reason", "LOW_SPACE")
                        .put("since", 17L)
                        .put("detail", "full")
                        .put("reasons", new JsonObject().put("LOW_SPACE", "SHED")));
        assertThat(new PressureEvent("n", "main", 3, NORMAL, LOW_SPACE, 17, "enough").reasons())
                .as("no latch is closed")
                .isEmpty();
    }

    @Test
    void options_json_hasEveryKeyThatIsSet() {
        PressureOptions options = new PressureOptions()
                .setShedFreeBytes(10)
                .setResumeFreeBytes(20)
                .setBallastBytes(0)
                .setDwellMs(100);
        JsonObject json = new JsonObject()
                .put("dwell_ms", 100L)
                .put("shed_free_bytes", 10L)
                .put("resume_free_bytes", 20L)
                .put("ballast_bytes", 0L);
        assertThat(options.toJson()).isEqualTo(json);
        assertThat(options.getDwellMs()).isEqualTo(100);
        assertThat(options.toString()).isEqualTo(json.encode());
    }
}
