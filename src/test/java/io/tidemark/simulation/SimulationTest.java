package io.tidemark.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.Seeds;
import io.tidemark.checkpoint.CheckpointTrigger;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Whole shards, from the log to the checkpointer, through thousands of random lives with failing, slow and hanging disks and
 * crashes at every step. After each crash recovery must give what the reference says.
 *
 * <p>{@code -Dtidemark.sim.seed=N} repeats one seed, {@code -Dtidemark.sim.seeds=N} says how many there are; the first 200
 * are the same at each run, see {@link Seeds}.
 */
class SimulationTest {
    private static final int SEEDS = 2_000;
    private static final int FIXED_SEEDS = 200;
    private static final int MIN_OF_EACH = 20;

    @Test
    void sameSeed_givesTheSameLives() {
        for (long seed = 1; seed <= 10; seed++) {
            Coverage once = new Coverage();
            Coverage again = new Coverage();
            Simulation.run(seed, once);
            Simulation.run(seed, again);
            assertThat(again).hasToString(once.toString());
        }
    }

    @Test
    void randomLives_recoverToTheReference() {
        long[] seeds = Seeds.of(
                        "simulation", "tidemark.sim.seed", FIXED_SEEDS, Integer.getInteger("tidemark.sim.seeds", SEEDS))
                .toArray();
        Coverage coverage = new Coverage();
        coverage.expect("faults", FaultKind.values());
        coverage.expect("crash points", CrashPoint.values());
        coverage.expect("generations", CheckpointTrigger.values());
        coverage.expect("operators", List.of("reload", "idle stretch"));
        coverage.expect(
                "ends of a process",
                List.of("power cut", "power cut that lost all that was not forced", "killed", "its log failed"));
        coverage.expect("ends of a process", List.of("by itself", "stopped in order"));
        coverage.expect("sync-now", List.of("clean", "answered by generation 1", "answered by generation 2", "failed"));
        coverage.expect("slips", List.of("marks of another counter"));
        coverage.expect("repairs", List.of("done", "failed"));
        coverage.expect("recoveries", List.of("with a replay", "of a rewritten tail"));
        coverage.expect("checks on a copy of the disk", List.of("durable index", "recovery"));
        long started = System.nanoTime();
        long lives = 0;
        for (long seed : seeds) {
            lives += Simulation.run(seed, coverage);
        }
        // the rarest kinds come some 30 times in so many: a run that is short of one goes on until it has it
        long last = seeds[seeds.length - 1];
        for (int more = 1;
                seeds.length >= SEEDS
                        && more <= 4 * SEEDS
                        && !coverage.below(MIN_OF_EACH).isEmpty();
                more++) {
            lives += Simulation.run(last + more, coverage);
        }
        System.out.printf(
                "simulation: %d lives in %d s%n%s%n",
                lives, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started), coverage);
        if (seeds.length >= SEEDS) {
            assertThat(coverage.below(MIN_OF_EACH))
                    .as("kinds met fewer than %d times", MIN_OF_EACH)
                    .isEmpty();
        }
    }
}
