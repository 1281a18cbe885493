package io.tidemark.simulation;

import java.util.concurrent.TimeUnit;

/**
 * The simulation without an end: seed after seed until one fails or somebody stops it. Prints what it has met once a minute.
 *
 * <p>{@code -Dtidemark.sim.seed=N} says where it begins, {@code -Dtidemark.sim.minutes=N} when it ends.
 */
final class Soak {
    private Soak() {}

    /** Takes no arguments. */
    public static void main(String[] arguments) {
        long first = Long.getLong("tidemark.sim.seed", System.nanoTime());
        long minutes = Long.getLong("tidemark.sim.minutes", Long.MAX_VALUE);
        System.out.println("simulation: seed=" + first + ", without end");
        Coverage coverage = new Coverage();
        long started = System.nanoTime();
        long printed = 0;
        long lives = 0;
        for (long seed = first; ; seed++) {
            lives += Simulation.run(seed, coverage);
            long ran = TimeUnit.NANOSECONDS.toMinutes(System.nanoTime() - started);
            if (ran > printed || ran >= minutes) {
                printed = ran;
                System.out.printf(
                        "simulation: %d minutes, %d seeds, %d lives%n%s%n", ran, seed - first + 1, lives, coverage);
            }
            if (ran >= minutes) {
                return;
            }
        }
    }
}
