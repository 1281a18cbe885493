package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.it.disk.NothingLeft;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A minute of faults of all kinds; longer by {@code src/it/scripts/fault-soak.sh}. */
@Timeout(180)
@ExtendWith(NothingLeft.class)
@SuppressWarnings("NullAway.Init")
class FaultSoakIT {
    @TempDir
    Path dir;

    @Test
    void disksInTrouble_loseNothing_answerNothingWrong_andServeAgain() throws IOException {
        long seed = Long.getLong("tidemark.fault.seed", System.nanoTime());
        System.out.println("FaultSoakIT: seed " + seed);
        try (FaultSoak soak = new FaultSoak(seed, dir.resolve("shim"))) {
            FaultSoak.Report report = soak.run(Duration.ofSeconds(Integer.getInteger("tidemark.fault.seconds", 60)));
            System.out.println("FaultSoakIT: " + report);
            assertThat(report.violations()).as("%s%n%s", report, soak.output()).isEmpty();
            assertThat(report.strikes())
                    .as("the control: calls that were struck")
                    .isPositive();
            assertThat(report.refusals())
                    .as("the control: reasons for which writes were shed")
                    .isNotEmpty();
            assertThat(report.acknowledged()).isGreaterThan(500);
        }
    }
}
