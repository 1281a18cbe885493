package io.tidemark.files;

import static io.tidemark.files.FilesLog.LINES;
import static io.tidemark.files.FilesLog.ORDERS;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.checkpoint.CheckpointTarget.Capture;
import io.tidemark.checkpoint.ForcePostponedException;
import io.tidemark.disk.FaultyDisk;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import org.jspecify.annotations.Nullable;

/**
 * I2, I5, I6: random lives of a directory against a log that never fails. Appends of several files, generations in the midst of
 * them, rotation, failing disks, repairs, crashes that keep any part of what was not forced. jqwik prints the seed of a failure.
 */
final class FilesModelTest {
    private static final Map<String, Integer> COVERED = new TreeMap<>();

    private static void count(String what) {
        COVERED.merge(what, 1, Integer::sum);
    }

    @AfterContainer
    static void coverage() {
        System.out.println("covered " + COVERED);
    }

    @Property(tries = 250)
    void randomLife_equalsTheLog(@ForAll long seed, @ForAll @IntRange(min = 10, max = 120) int steps)
            throws IOException {
        new Life(seed).run(steps);
    }

    /** Fixed seeds, so that what they cover is certain. */
    @Example
    void fixedLives_coverEveryKindOfTrouble() throws IOException {
        COVERED.clear();
        for (long seed = 1; seed <= 60; seed++) {
            new Life(seed).run(100);
        }
        assertThat(COVERED)
                .containsKeys("append", "append failed", "crash", "kill", "close", "generation", "force failed")
                .containsKeys("repair", "repair failed", "position rewritten", "force postponed", "rotation")
                .containsKeys("crash within a generation", "crash within a repair", "replay of a part");
    }

    private static final class Life {
        private final Random random;
        private final FilesLog log = new FilesLog();
        private FaultyDisk disk;
        private AppendOnlyFiles files;
        private @Nullable Capture captured;
        private boolean broken;
        private long durable;

        Life(long seed) throws IOException {
            random = new Random(seed);
            disk = new FaultyDisk(seed);
            files = opened();
        }

        private AppendOnlyFiles opened() throws IOException {
            return FilesLog.open(disk).replayWith(log::replay);
        }

        void run(int steps) throws IOException {
            for (int i = 0; i < steps; i++) {
                if (broken) {
                    repairUntilSound();
                }
                switch (random.nextInt(20)) {
                    case 0 -> reopen("crash", disk.crash());
                    case 1 -> reopen("kill", disk.kill());
                    case 2 -> {
                        files.close();
                        reopen("close", disk);
                    }
                    case 3, 4 -> captured = files.capture();
                    case 5, 6 -> generation();
                    case 7 -> crashWithin("crash within a generation", this::generation);
                    case 8, 9 -> disorder();
                    default -> append();
                }
                assertThat(files.durablePosition()).isGreaterThanOrEqualTo(durable);
                durable = files.durablePosition();
            }
            check();
            reopen("crash", disk.crash());
        }

        private void append() throws IOException {
            int kind = random.nextInt(6);
            String order = log.last() + "x".repeat(random.nextInt(900)) + ";";
            if (kind == 0) {
                log.add();
            } else if (kind == 1) {
                log.add(LINES, order);
            } else if (kind == 2) {
                log.add(ORDERS, order, LINES, order, ORDERS, "+");
            } else {
                log.add(ORDERS, order);
            }
            long count = disk.list(FilesLog.DIRECTORY).size();
            apply();
            count("append");
            if (disk.list(FilesLog.DIRECTORY).size() > Math.max(3, count)) {
                count("rotation");
            }
        }

        private void apply() throws IOException {
            for (int attempt = 0; ; attempt++) {
                try {
                    log.apply(files);
                    return;
                } catch (IOException e) {
                    count("append failed");
                    if (attempt == 2) {
                        disk.faults().clear();
                    }
                    assertThat(attempt).isLessThan(4);
                }
            }
        }

        private void disorder() {
            switch (random.nextInt(8)) {
                case 0 -> disk.faults().failWrite("*.data").withProbability(0.3);
                case 1 -> disk.faults().shortWrite("**").withProbability(0.5);
                case 2 -> disk.faults().failForce("**").times(1);
                case 3 -> disk.faults().failForceDirectory("**").times(1);
                case 4 -> disk.faults().failRename("**").times(1);
                case 5 -> disk.faults().failCreate("*.new").times(1);
                case 6 -> disk.faults().loseNames("**").after(random.nextInt(2)).times(1);
                default -> disk.faults().clear();
            }
        }

        private void generation() {
            Capture target = captured == null ? files.capture() : captured;
            captured = null;
            try {
                files.force(target);
                assertThat(broken).as("forced although a force has failed").isFalse();
                files.completed(target);
                assertThat(files.durablePosition()).isGreaterThanOrEqualTo(target.index());
                count("generation");
            } catch (ForcePostponedException e) {
                assertThat(broken).isFalse();
                count("force postponed");
            } catch (IOException e) {
                broken = true;
                count("force failed");
            }
        }

        /** Appends would wait for it. */
        private void repairUntilSound() throws IOException {
            captured = null;
            for (int attempt = 0; broken; attempt++) {
                if (random.nextInt(4) == 0) {
                    crashWithin("crash within a repair", this::repair);
                } else {
                    repair();
                }
                if (attempt > 3) {
                    disk.faults().clear();
                }
            }
        }

        private void repair() {
            switch (random.nextInt(5)) {
                case 0 ->
                    disk.faults().failWrite("*.data").after(random.nextInt(5)).times(1);
                case 1 ->
                    disk.faults().failCreate("**").after(random.nextInt(3)).times(1);
                default -> {}
            }
            int before = disk.journal().size();
            try {
                files.repair(files.capture());
                boolean position = disk.journal().records().stream()
                        .skip(before)
                        .anyMatch(each -> String.valueOf(each.target()).endsWith("POSITION"));
                count(position ? "position rewritten" : "repair");
                broken = false;
            } catch (IOException e) {
                count("repair failed");
            }
        }

        private interface Act {
            void run() throws IOException;
        }

        private void crashWithin(String what, Act act) throws IOException {
            FaultyDisk from = disk;
            long floor = files.durablePosition();
            int at = 1 + random.nextInt(12);
            int[] seen = {0};
            FaultyDisk[] then = {null};
            from.afterEachOperation(operation -> {
                if (++seen[0] == at) {
                    then[0] = from.copyOf(random.nextLong());
                }
            });
            act.run();
            from.afterEachOperation(null);
            if (then[0] != null) {
                durable = floor; // that state may be from before its end
                reopen(what, random.nextBoolean() ? then[0].crash() : then[0].kill());
            }
        }

        private void reopen(String how, FaultyDisk next) throws IOException {
            count(how);
            disk = next;
            disk.faults().clear();
            if (random.nextInt(3) == 0) {
                disk.dropCache();
            }
            captured = null;
            broken = false;
            files = opened();
            long from = files.position();
            assertThat(from).as("durable position after " + how).isBetween(durable, log.last());
            assertThat(files.durablePosition()).isEqualTo(from);
            assertThat(FilesLog.contents(files)).as("durable after " + how).isEqualTo(log.contents(from));
            count(from == 0 ? "replay from the start" : "replay of a part");
            apply();
            check();
        }

        private void check() throws IOException {
            assertThat(files.position()).isEqualTo(log.last());
            assertThat(FilesLog.contents(files)).isEqualTo(log.contents(log.last()));
        }
    }
}
