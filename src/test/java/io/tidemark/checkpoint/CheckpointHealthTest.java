package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Whether a shard may be forced, and the pauses after failed repairs: one, two, then four intervals. */
class CheckpointHealthTest {
    private static final long PAUSE_MS = 10_000;
    private static final CheckpointTarget.Capture CAPTURE =
            CheckedCapture.none(7).handle();

    private final CheckpointHealth health = new CheckpointHealth();

    private List<Long> pauses(int repairs) {
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < repairs; i++) {
            pauses.add(health.repairFailed(0, PAUSE_MS));
        }
        return pauses;
    }

    @Test
    void start_mayForceAndIsUnproven_untilAGenerationSucceeds() {
        assertThat(health.mayForce()).isTrue();
        assertThat(health.unproven()).isTrue();
        health.succeeded();
        assertThat(health.unproven()).isFalse();
    }

    @Test
    void failed_mayNotForceUntilRepairedAndIsUnprovenUntilThatIsForced() {
        health.succeeded();
        assertThat(health.failed(CAPTURE, "disk", 0, PAUSE_MS))
                .as("repaired at once")
                .isTrue();
        assertThat(health.mayForce()).isFalse();
        assertThat(health.isBroken()).isTrue();
        assertThat(health.broken()).isSameAs(CAPTURE);
        assertThat(health.detail()).isEqualTo("disk");
        health.repaired();
        assertThat(health.mayForce()).isTrue();
        assertThat(health.unproven()).isTrue();
        assertThat(health.broken()).isNotSameAs(CAPTURE);
    }

    @Test
    void failed_afterARepair_waitsForThePause() {
        health.failed(CAPTURE, "disk", 0, PAUSE_MS);
        health.repaired();
        assertThat(health.failed(CAPTURE, "again", 0, PAUSE_MS)).isFalse();
        long due = TimeUnit.MILLISECONDS.toNanos(PAUSE_MS);
        assertThat(health.repairDue(due - 1)).isFalse();
        assertThat(health.repairDue(due)).isTrue();
    }

    @Test
    void repairFailed_pausesGrowToFourIntervals() {
        health.failed(CAPTURE, "disk", 0, PAUSE_MS);
        assertThat(pauses(5)).containsExactly(10_000L, 20_000L, 40_000L, 40_000L, 40_000L);
    }

    @Test
    void succeeded_nextIncidentBeginsWithOneInterval() {
        health.failed(CAPTURE, "disk", 0, PAUSE_MS);
        assertThat(pauses(3)).hasSize(3);
        health.repaired();
        health.succeeded();
        health.failed(CAPTURE, "another day", 0, PAUSE_MS);
        assertThat(pauses(2)).containsExactly(10_000L, 20_000L);
    }

    @Test
    void failPermanently_isNeitherForcedNorRepaired() {
        health.failed(CAPTURE, "disk", 0, PAUSE_MS);
        health.failPermanently();
        assertThat(health.mayForce()).isFalse();
        assertThat(health.isBroken()).isFalse();
        assertThat(health.repairDue(Long.MAX_VALUE)).isFalse();
    }
}
