package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** I1, I6: after any number of SIGKILLs under load every acknowledged write is there, and nothing is torn. */
class KillIT {

    private static final int CYCLES = Integer.getInteger("tidemark.it.kills", 8);
    private static final long SEED = Long.getLong("tidemark.it.seed", System.nanoTime());

    @Test
    void kill_underLoadOverAndOver_losesNothingAcknowledged(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path dir)
            throws IOException {
        KillLoop.Plan plan = new KillLoop.Plan(SEED, CYCLES, 4, 32, 12_000);
        System.out.println("KillIT: -Dtidemark.it.seed=" + SEED);
        try (ServerUnderTest node = new NodeUnderTest(dir, KillLoop::nodeSettings)) {
            KillLoop.Report report = new KillLoop(node, plan).run();
            System.out.println("KillIT: " + report);
            assertThat(report.violations())
                    .as(report + " in " + dir + "\n" + node.output())
                    .isEmpty();
            assertThat(report.kills()).isGreaterThanOrEqualTo(CYCLES);
            assertThat(report.acknowledged()).isGreaterThan(CYCLES * 1_000L);
            assertThat(report.sent()).as("kills came in mid-flight").isGreaterThan(report.acknowledged());
            assertThat(report.refused()).isZero();
        }
    }
}
