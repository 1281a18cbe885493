package io.tidemark.files;

import static io.tidemark.files.FilesLog.BIG;
import static io.tidemark.files.FilesLog.DIRECTORY;
import static io.tidemark.files.FilesLog.LINES;
import static io.tidemark.files.FilesLog.ORDERS;
import static io.tidemark.files.FilesLog.POSITION;
import static io.tidemark.files.FilesLog.file;
import static io.tidemark.files.FilesLog.generation;
import static io.tidemark.files.FilesLog.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.CheckpointTarget.Capture;
import io.tidemark.checkpoint.ForcePostponedException;
import io.tidemark.checkpoint.ForceProgress;
import io.tidemark.checkpoint.ForceStep;
import io.tidemark.disk.FaultOrder;
import io.tidemark.disk.Faults;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** I2, I4, I5, I9: what a generation forces, in which order, and what a failure leaves. */
final class FilesForceTest {
    private static final Path FRESH = DIRECTORY.resolve("POSITION.new");

    private final FaultyDisk disk = new FaultyDisk(7);
    private final FilesLog log = new FilesLog();

    private static List<String> positionReplaced() {
        return List.of(
                "delete " + FRESH,
                "create " + FRESH,
                "write " + FRESH,
                "force " + FRESH,
                "rename " + FRESH + " " + POSITION,
                "force_directory " + DIRECTORY);
    }

    @Test
    void I2_force_newAndSealedFiles_forcesDataThenDirectoryThenPosition() throws IOException {
        AppendOnlyFiles files = open(disk);
        log.add(ORDERS, "1", LINES, "a");
        log.add(ORDERS, BIG);
        log.add(ORDERS, BIG);
        log.apply(files);
        Capture captured = files.capture();
        assertThat(captured.files()).isEqualTo(3);
        assertThat(captured.bytes()).isEqualTo(2 + 2 * BIG.length());
        disk.journal().clear();
        files.force(captured);
        List<String> lines = disk.journal().lines();
        assertThat(lines.subList(0, 4))
                .as("every file with unsynced bytes, then the directory")
                .containsExactly(
                        "force " + file(ORDERS, 1),
                        "force " + file(ORDERS, 3),
                        "force " + file(LINES, 2),
                        "force_directory " + DIRECTORY);
        assertThat(lines.subList(4, lines.size())).as("then the position").isEqualTo(positionReplaced());
        assertThat(files.durablePosition()).as("before completed()").isZero();
        files.completed(captured);
        assertThat(files.durablePosition()).isEqualTo(3);
        assertThat(files.dirtyFiles()).isZero();
        log.assertRecovers(disk.crashLosingAllUnforced(), 3, "after a generation");
    }

    @Test
    void force_knownFile_forcesNoDirectoryForItAndNoCleanFile() throws IOException {
        AppendOnlyFiles files = open(disk);
        log.add(ORDERS, BIG, LINES, "a");
        log.apply(files);
        generation(files);
        log.add(LINES, "b");
        log.apply(files);
        disk.journal().clear();
        generation(files);
        List<String> lines = disk.journal().lines();
        assertThat(lines.get(0)).isEqualTo("force " + file(LINES, 2));
        assertThat(lines.subList(1, lines.size())).isEqualTo(positionReplaced());
    }

    @Test
    void I9_force_clean_asksNothingOfTheDisk() throws IOException {
        AppendOnlyFiles files = open(disk);
        log.add(ORDERS, "1");
        log.apply(files);
        generation(files);
        disk.journal().clear();
        generation(files);
        assertThat(disk.journal().records()).isEmpty();
    }

    @Test
    void force_emptyAppend_movesThePositionOnly() throws IOException {
        AppendOnlyFiles files = open(disk);
        log.add(ORDERS, "1");
        log.add();
        log.apply(files);
        disk.journal().clear();
        generation(files);
        log.assertRecovers(disk.crashLosingAllUnforced(), 2, "after an empty append");
    }

    @Test
    void I4_force_whileAppendsGoOn_publishesOnlyWhatWasCaptured() throws IOException {
        AppendOnlyFiles files = open(disk);
        log.add(ORDERS, "1");
        log.apply(files);
        Capture captured = files.capture();
        boolean[] once = {false};
        disk.faults().before(Operation.FORCE, "*.data", path -> {
            if (!once[0]) {
                once[0] = true;
                log.add(ORDERS, "2", LINES, "b");
                log.add(ORDERS, BIG);
                log.add(ORDERS, BIG);
                applying(files);
            }
        });
        files.force(captured);
        files.completed(captured);
        assertThat(files.position()).isEqualTo(4);
        assertThat(files.durablePosition()).isEqualTo(1);
        assertThat(files.dirtyFiles()).isEqualTo(3);
        try (AppendOnlyFiles again = open(disk.copyOf().crashLosingAllUnforced())) {
            assertThat(again.position()).isEqualTo(1);
            assertThat(FilesLog.contents(again)).isEqualTo(log.contents(1));
        }
        generation(files);
        assertThat(files.durablePosition()).isEqualTo(4);
    }

    private void applying(AppendOnlyFiles files) {
        try {
            log.apply(files);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void force_progress_namesEachStep() throws IOException {
        AppendOnlyFiles files = open(disk);
        log.add(ORDERS, "1");
        log.apply(files);
        List<String> steps = new ArrayList<>();
        files.force(files.capture(), new ForceProgress() {
            @Override
            public void begin(ForceStep step, String file) {
                steps.add(step + " " + file);
            }

            @Override
            public void end() {
                steps.add("end");
            }
        });
        assertThat(steps)
                .containsExactly(
                        "DATA " + file(ORDERS, 1),
                        "end",
                        "DIRECTORY " + DIRECTORY,
                        "end",
                        "MANIFEST " + POSITION,
                        "end");
    }

    /** A file with so many unsynced bytes that they are written back in steps before the force. */
    private AppendOnlyFiles paced() throws IOException {
        AppendOnlyFiles files = open(disk);
        files.configured(new CheckpointOptions().setPacingBytes(64 << 10));
        log.add(ORDERS, "x".repeat(300 << 10), LINES, "a");
        log.apply(files);
        return files;
    }

    @Test
    void force_manyBytes_areWrittenBackInStepsFirst() throws IOException {
        AppendOnlyFiles files = paced();
        disk.journal().clear();
        generation(files);
        assertThat(disk.journal().count(Operation.FORCE_RANGE, "orders*.data")).isEqualTo(5);
        assertThat(disk.journal().count(Operation.FORCE_RANGE, "lines*.data"))
                .as("steps of a small file")
                .isZero();
        assertThat(disk.journal().lines())
                .containsSubsequence(
                        "force_range " + file(ORDERS, 1), "force " + file(ORDERS, 1), "force " + file(LINES, 2));
    }

    /** The ranges and forces behind the one that failed all say OK, over lost data. */
    @Test
    void I5_force_aRangeFailed_isNotBelieved() throws IOException {
        AppendOnlyFiles files = paced().replayWith(log::replay);
        disk.faults().failRange("*.data").after(1).times(1);
        assertThatThrownBy(() -> files.force(files.capture())).isInstanceOf(IOException.class);
        disk.journal().clear();
        assertThatThrownBy(() -> files.force(files.capture())).hasMessageContaining("not forced again");
        assertThat(disk.journal().records()).isEmpty();
        files.repair(files.capture());
        generation(files);
        disk.dropCache();
        log.assertRecovers(disk.crashLosingAllUnforced(), 1, "after the repair");
    }

    @Test
    void completed_notifiesTheListenerOfTheDurablePosition() throws IOException {
        List<Long> released = new ArrayList<>();
        AppendOnlyFiles files = open(disk).onDurable(released::add);
        log.add(ORDERS, "1");
        log.apply(files);
        generation(files);
        assertThat(released).containsExactly(1L);
    }

    /** Where a generation breaks. */
    enum Break {
        DATA,
        SEALED_DATA,
        NO_SPACE,
        DIRECTORY,
        POSITION_CREATE,
        POSITION_WRITE,
        POSITION_FORCE,
        POSITION_RENAME,
        POSITION_DIRECTORY;

        boolean postponed() {
            return this == POSITION_CREATE || this == POSITION_WRITE;
        }

        FaultOrder order(Faults faults) {
            return switch (this) {
                case DATA -> faults.failForce("lines*.data").times(1);
                case SEALED_DATA -> faults.failForce("orders*.data").times(1);
                case NO_SPACE ->
                    faults.failForce("lines*.data").saying(Faults.NO_SPACE).times(1);
                case DIRECTORY -> faults.failForceDirectory("**").times(1);
                case POSITION_CREATE -> faults.failCreate("*.new").times(1);
                case POSITION_WRITE -> faults.failWrite("*.new").times(1);
                case POSITION_FORCE -> faults.failForce("*.new").times(1);
                case POSITION_RENAME -> faults.failRename("*.new").times(1);
                case POSITION_DIRECTORY ->
                    faults.failForceDirectory("**").after(1).times(1);
            };
        }
    }

    /** One durable entry, and three more that are to be forced: a file that grows, a sealed one, a new one. */
    static AppendOnlyFiles prepared(FaultyDisk disk, FilesLog log) throws IOException {
        AppendOnlyFiles files = open(disk);
        log.add(ORDERS, "1");
        log.apply(files);
        generation(files);
        log.add(ORDERS, BIG, LINES, "a");
        log.add(ORDERS, BIG);
        log.add(LINES, "b");
        log.apply(files);
        return files;
    }

    @ParameterizedTest
    @EnumSource(Break.class)
    void I5_force_anyStepFailed_isNeverBelievedAfterwards(Break step) throws IOException {
        AppendOnlyFiles files = prepared(disk, log);
        FaultOrder order = step.order(disk.faults());
        Capture captured = files.capture();
        if (step.postponed()) {
            assertThatThrownBy(() -> files.force(captured)).isInstanceOf(ForcePostponedException.class);
        } else {
            assertThatThrownBy(() -> files.force(captured))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(ForcePostponedException.class);
        }
        assertThat(order.struck()).isEqualTo(1);
        disk.faults().clear();
        disk.journal().clear();
        if (step.postponed()) {
            generation(files);
            assertThat(files.durablePosition()).isEqualTo(4);
        } else {
            assertThatThrownBy(() -> files.force(files.capture()), "a force after one that failed")
                    .hasMessageContaining("not forced again after an earlier failure");
            assertThat(disk.journal().records()).isEmpty();
            assertThat(files.durablePosition()).isEqualTo(1);
        }
        disk.dropCache();
        for (int seed = 0; seed < 20; seed++) {
            log.assertRecovers(disk.copyOf(seed).crash(), 1, "a crash after the failure, seed " + seed);
            log.assertRecovers(disk.copyOf(seed).kill(), 1, "a kill after the failure, seed " + seed);
        }
    }

    /** I5 across processes: pages that a failed force left clean read well in the next one, and must not be believed. */
    @Test
    void I5_tailOfAFailedForce_isNotBelievedByTheNextProcess() throws IOException {
        AppendOnlyFiles files = prepared(disk, log);
        disk.faults().failForce("*.data").times(1);
        assertThatThrownBy(() -> files.force(files.capture())).isInstanceOf(IOException.class);
        FaultyDisk killed = disk.kill();
        log.assertRecovers(killed, 1, "the next process");
    }
}
