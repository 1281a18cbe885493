package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A store whose future does not complete is logged once, and so is the completion; on virtual time. */
class LateAnswerTest {
    private final LogLines log = new LogLines(Level.INFO);
    private final CheckpointerRig rig = CheckpointerRig.proven();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void drain_thatTakesLong_isReportedOnceAndItsEnd() {
        rig.store.holdDrain = true;
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.advanceMillis(4_999);
        assertThat(log.with("drain()")).isEmpty();
        rig.loop.advanceMillis(600_000);
        assertThat(log.with("drain()"))
                .containsExactly("WARN store test shard 3: the store's drain() has not completed for 5000 ms;"
                        + " the stop waits for it");
        rig.store.drained.complete();
        rig.loop.runReady();
        assertThat(stopped.succeeded()).isTrue();
        assertThat(log.with("drain()"))
                .hasSize(2)
                .last()
                .isEqualTo("INFO store test shard 3: the store's drain() has completed after 604999 ms");
    }

    @Test
    void drain_thatIsPrompt_isNotReported() {
        rig.store.holdDrain = true;
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.advanceMillis(4_000);
        rig.store.drained.complete();
        rig.loop.advanceMillis(600_000);
        assertThat(stopped.succeeded()).isTrue();
        assertThat(log.with("drain()")).isEmpty();
    }

    @Test
    void probe_thatTakesLong_isReportedOnceAndItsEnd() {
        Promise<Void> probed = Promise.promise();
        rig.store.probes = probed::future;
        rig.checkpointer.reportPressure(PressureReason.LOW_SPACE, PressureLevel.SHED, "full");
        rig.checkpointer.reportPressure(PressureReason.LOW_SPACE, PressureLevel.NORMAL, "enough space");
        rig.loop.advanceMillis(600_000);
        assertThat(log.with("probe("))
                .containsExactly("WARN store test shard 3: the store's probe(LOW_SPACE) has not completed for 5000 ms;"
                        + " LOW_SPACE stays until it has");
        assertThat(rig.dirty.shedding()).isTrue();
        probed.complete();
        rig.loop.runReady();
        assertThat(rig.dirty.shedding()).isFalse();
        assertThat(log.with("probe(")).hasSize(2).last().asString().contains("has completed after 595000 ms");
    }
}
