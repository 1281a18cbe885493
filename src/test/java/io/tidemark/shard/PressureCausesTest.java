package io.tidemark.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.CheckpointTarget;
import io.tidemark.checkpoint.Checkpointers;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.pressure.PressureReason;
import io.tidemark.shard.PressureCauses.Place;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several causes of one reason, over a real checkpointer whose latches open at once. */
class PressureCausesTest {
    private final Vertx vertx = Vertx.vertx();
    private final PressureCauses causes = new PressureCauses(0);
    private Checkpointers checkpointers;

    /** A store that is never written to. */
    private static final class Empty implements CheckpointTarget {
        private record Nothing(long index, long bytes, int files) implements Capture {}

        @Override
        public Capture capture() {
            return new Nothing(0, 0, 0);
        }

        @Override
        public void force(Capture capture) {}

        @Override
        public void completed(Capture capture) {}
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @BeforeEach
    void deploy() throws Exception {
        checkpointers = await(Checkpointers.deploy(vertx, "causes", new CheckpointOptions(), List.of(new Empty())));
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    /** The level once everything reported so far has taken effect. */
    private PressureLevel level() throws Exception {
        await(checkpointers.reconfigurePressure(new PressureOptions().setDwellMs(3_600_000)));
        return checkpointers.status(0).level();
    }

    @Test
    void worseCauseGoes_milderOneIsWhatRemains() throws Exception {
        causes.reportTo(checkpointers);
        causes.raise(PressureReason.APPEND_FAILED, Place.LOG, PressureLevel.SHED, "the milder one");
        causes.raise(PressureReason.APPEND_FAILED, Place.DATA, PressureLevel.FAILED, "the worse one");
        assertThat(level()).isEqualTo(PressureLevel.FAILED);
        causes.clear(PressureReason.APPEND_FAILED, Place.DATA, "mended");
        assertThat(level()).as("after the worse one was cleared").isEqualTo(PressureLevel.SHED);
    }

    @Test
    void milderCauseComes_worseOneStays() throws Exception {
        causes.reportTo(checkpointers);
        causes.raise(PressureReason.LOW_SPACE, Place.DATA_VOLUME, PressureLevel.SHED, "full");
        causes.raise(PressureReason.LOW_SPACE, Place.LOG_VOLUME, PressureLevel.WARN, "nearly full");
        assertThat(level()).isEqualTo(PressureLevel.SHED);
    }

    @Test
    void causesFromBeforeTheCheckpointers_areReportedAtTheirDeployment() throws Exception {
        causes.raise(PressureReason.LOW_SPACE, Place.DATA_VOLUME, PressureLevel.SHED, "full");
        causes.raise(PressureReason.LOG_BACKLOG, Place.QUEUE, PressureLevel.WARN, "much");
        causes.clear(PressureReason.LOW_SPACE, Place.DATA_VOLUME, "room");
        causes.reportTo(checkpointers);
        assertThat(level()).isEqualTo(PressureLevel.WARN);
    }
}
