package io.tidemark.it;

import io.tidemark.it.disk.LoopDisk;
import java.io.IOException;
import java.util.Locale;
import java.util.function.Consumer;

/** A campaign of {@link PowerCutLoop}s, each of some cuts on file systems of its own. */
final class PowerCuts {
    private static final int CUTS_PER_DISK = 20;

    private PowerCuts() {}

    /** Runs so many cuts; the loops have the seeds from {@code seed} on. Ends with the first loop that found anything. */
    static CutFigures run(LoopDisk.Kind kind, long seed, int cuts) throws IOException {
        return run(kind, seed, cuts, figures -> {});
    }

    private static CutFigures run(LoopDisk.Kind kind, long seed, int cuts, Consumer<CutFigures> progress)
            throws IOException {
        CutFigures all = new CutFigures();
        for (long next = seed; all.cuts < cuts && all.violations().isEmpty(); next++) {
            all.add(PowerCutLoop.run(new PowerCutLoop.Plan(kind, next, Math.min(CUTS_PER_DISK, cuts - all.cuts))));
            progress.accept(all);
        }
        return all;
    }

    /** {@code [--fs ext4|xfs] [--cuts N] [--seed N]}; exit code 1 if anything was wrong. */
    public static void main(String[] words) throws IOException {
        Options options = Options.parse(words);
        long seed = options.number("seed", System.nanoTime());
        LoopDisk.Kind kind = LoopDisk.Kind.valueOf(options.text("fs", "ext4").toUpperCase(Locale.ROOT));
        System.out.println(kind + ", seed=" + seed);
        CutFigures figures = run(kind, seed, (int) options.number("cuts", 5_000), so -> System.out.println("  " + so));
        System.out.println(kind + ": " + figures);
        figures.violations().forEach(System.out::println);
        System.out.println(figures.explanation());
        System.exit(figures.violations().isEmpty() ? 0 : 1);
    }
}
