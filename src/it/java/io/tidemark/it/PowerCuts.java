package io.tidemark.it;

import io.tidemark.it.disk.LoopDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A campaign of {@link PowerCutLoop}s, each of some cuts on file systems of its own, several at a time: much of a cut is
 * waiting, for a node to start, a mount, the load.
 */
final class PowerCuts {
    private static final int LANES = 2;
    private static final int MAX_CUTS_PER_DISK = 20;

    private final LoopDisk.Kind kind;
    private final int cutsPerDisk;
    private final Consumer<PowerCutResults> progress;
    private final PowerCutResults all = new PowerCutResults();
    private final long startNanos = System.nanoTime();
    private long nextSeed;
    private int toBegin;
    private boolean stopped;

    private PowerCuts(LoopDisk.Kind kind, long seed, int cuts, int cutsPerDisk, Consumer<PowerCutResults> progress) {
        this.kind = kind;
        this.progress = progress;
        nextSeed = seed;
        toBegin = cuts;
        this.cutsPerDisk = cutsPerDisk;
    }

    /** Runs so many cuts; the loops have the seeds from {@code seed} on. Ends when a loop has found anything. */
    static PowerCutResults run(LoopDisk.Kind kind, long seed, int cuts) throws IOException {
        return new PowerCuts(kind, seed, cuts, cutsPerDisk(cuts), figures -> {}).run();
    }

    /** So that every lane has some. */
    private static int cutsPerDisk(int cuts) {
        return Math.min(MAX_CUTS_PER_DISK, (cuts + LANES - 1) / LANES);
    }

    private PowerCutResults run() throws IOException {
        ExecutorService threads = Executors.newFixedThreadPool(LANES);
        List<Future<?>> lanes = new ArrayList<>();
        for (int lane = 0; lane < LANES; lane++) {
            lanes.add(threads.submit(this::lane));
        }
        threads.shutdown();
        try {
            for (Future<?> lane : lanes) {
                lane.get();
            }
        } catch (ExecutionException broken) {
            throw new IOException("the power cuts could not go on: " + broken.getCause(), broken.getCause());
        } catch (InterruptedException tooLate) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted during power cuts", tooLate);
        } finally {
            stop();
            awaitEnd(threads);
        }
        return all;
    }

    /** Until the loops have closed their disks. */
    private static void awaitEnd(ExecutorService threads) {
        boolean interrupted = Thread.interrupted();
        try {
            threads.awaitTermination(2, TimeUnit.MINUTES);
        } catch (InterruptedException again) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Void lane() throws IOException {
        try {
            for (PowerCutLoop.Plan plan = next(); plan.cuts() > 0; plan = next()) {
                add(PowerCutLoop.run(plan, this::isStopped));
            }
            return null;
        } catch (IOException | RuntimeException | Error broken) {
            stop();
            throw broken;
        }
    }

    /** The next loop; one without cuts if all are done. */
    private synchronized PowerCutLoop.Plan next() {
        int cuts = stopped ? 0 : Math.min(cutsPerDisk, toBegin);
        toBegin -= cuts;
        return new PowerCutLoop.Plan(kind, nextSeed++, cuts);
    }

    private synchronized void add(PowerCutResults figures) {
        all.add(figures);
        all.seconds = (System.nanoTime() - startNanos) / 1e9;
        stopped |= !all.violations().isEmpty();
        progress.accept(all);
    }

    private synchronized void stop() {
        stopped = true;
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    /** {@code [--fs ext4|xfs] [--cuts N] [--cuts-per-disk N] [--seed N]}; exit code 1 if anything was wrong. */
    public static void main(String[] words) throws IOException {
        Options options = Options.parse(words);
        long seed = options.number("seed", System.nanoTime());
        LoopDisk.Kind kind = LoopDisk.Kind.valueOf(options.text("fs", "ext4").toUpperCase(Locale.ROOT));
        System.out.println(kind + ", seed=" + seed);
        int cuts = (int) options.number("cuts", 5_000);
        int cutsPerDisk = (int) options.number("cuts-per-disk", cutsPerDisk(cuts));
        PowerCutResults figures =
                new PowerCuts(kind, seed, cuts, cutsPerDisk, so -> System.out.println("  " + so)).run();
        System.out.println(kind + ": " + figures);
        figures.violations().forEach(System.out::println);
        System.out.println(figures.explanation());
        System.exit(figures.violations().isEmpty() ? 0 : 1);
    }
}
