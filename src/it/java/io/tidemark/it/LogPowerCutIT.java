package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.it.disk.LoopDisk;
import io.tidemark.it.disk.NothingLeft;
import io.tidemark.it.disk.Shim;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * I1, I7: power cuts in the midst of groups of several entries, of which the disk got some pages and others not. What was
 * answered for is there, and an entry of an earlier life never comes back behind one of a later life.
 */
@ExtendWith(NothingLeft.class)
class LogPowerCutIT {
    private static final int CUTS = Integer.getInteger("tidemark.it.log_cuts", 20);
    private static final long SEED = Long.getLong("tidemark.it.seed", System.nanoTime());
    private static final int[] ENTRY_BYTES = {976, 2_000, 4_048, 4_048}; // four, two and one a page;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final int entryBytes = ENTRY_BYTES[random.nextInt(ENTRY_BYTES.length)];
    private final long segmentBytes = 262_144L << random.nextInt(3);
    private int cuts;
    private long answered;

    @Test
    void powerCuts_inMidGroup_noEntryOfAnEarlierLifeComesBack(@TempDir Path scratch) throws Exception {
        System.out.println("LogPowerCutIT: -Dtidemark.it.seed=" + SEED);
        Shim shim = Shim.in(scratch);
        // held up, as by a real disk, so that many a cut meets a group that was written and not forced
        shim.on("*.log", Shim.Call.FDATASYNC).delay(Duration.ofMillis(8));
        try (LoopDisk disk = LoopDisk.of(LoopDisk.Kind.EXT4).make()) {
            Path directory = disk.root().resolve("log");
            List<Integer> lives = new ArrayList<>();
            for (int life = 1; life <= CUTS; life++) {
                try (NodeProcess writer = writer(directory, life, shim)) {
                    awaitLines(writer, "open ", 1);
                    check(writer, lives);
                    awaitLines(writer, "durable ", isBrief(life) ? 1 + random.nextInt(3) : random.nextInt(6));
                    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(8_000)));
                    writer.sigstop();
                    if (!isBrief(life)) {
                        PowerCutDisks.writeBackSome(disk.root(), random, 1);
                    }
                    if (random.nextBoolean()) {
                        disk.powerCut();
                    } else {
                        disk.powerCutAfterJournal(); // with the length that the pages written back have given the file
                    }
                    writer.sigkill();
                    cuts++;
                    took(writer, lives, life);
                }
                disk.remount();
            }
            try (NodeProcess writer = writer(directory, CUTS + 1, shim)) {
                awaitLines(writer, "open ", 1);
                check(writer, lives);
            }
        }
        System.out.printf(
                "LogPowerCutIT: %d cuts, %d entries answered for, of %d bytes each, 0 violations%n",
                cuts, answered, entryBytes);
    }

    /** Each other life writes a few entries only, one at a time: what was torn before is then right behind its own. */
    private static boolean isBrief(int life) {
        return life % 2 == 0;
    }

    private NodeProcess writer(Path directory, int life, Shim shim) throws IOException {
        return NodeProcess.program(
                        LogWriter.class,
                        "--dir",
                        directory.toString(),
                        "--life",
                        Integer.toString(life),
                        "--entry-bytes",
                        Integer.toString(entryBytes),
                        "--segment-bytes",
                        Long.toString(segmentBytes),
                        "--most",
                        isBrief(life) ? "1" : "12",
                        "--seed",
                        Long.toString(random.nextLong()))
                .shim(shim)
                .launch();
    }

    /** What the new life found, against what earlier ones were answered for. */
    private void check(NodeProcess writer, List<Integer> lives) {
        List<Integer> found = numbers(writer, "found ", 2);
        String where = "seed=" + SEED + ", caught after " + cuts
                + " cuts; the lives in which the entries were written: " + found + ", before the last cut: " + lives;
        assertThat(found.size()).as(where).isGreaterThanOrEqualTo(lives.size());
        assertThat(found.subList(0, lives.size())).as(where).isEqualTo(lives);
        assertThat(found.subList(lives.size(), found.size()))
                .as("entries that the last life wrote and had no answer for; " + where)
                .allMatch(life -> life == cuts);
        lives.clear();
        lives.addAll(found);
    }

    /** Takes over what the life that was cut had been answered for. */
    private void took(NodeProcess writer, List<Integer> lives, int life) {
        int durable = numbers(writer, "durable ", 1).size();
        answered += durable;
        for (int i = 0; i < durable; i++) {
            lives.add(life);
        }
    }

    private static List<Integer> numbers(NodeProcess writer, String start, int word) {
        return writer.stdout()
                .lines()
                .filter(line -> line.startsWith(start))
                .map(line -> Integer.valueOf(line.split(" ", -1)[word]))
                .toList();
    }

    private static void awaitLines(NodeProcess writer, String start, int count) {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (writer.stdout().lines().filter(line -> line.startsWith(start)).count() < count) {
            if (System.nanoTime() - deadlineNanos > 0 || !writer.isAlive()) {
                throw new AssertionError(
                        "seed=" + SEED + ": no \"" + start + "\"\n" + writer.stdout() + writer.stderr());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }
}
