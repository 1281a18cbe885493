package io.tidemark.pressure;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import io.tidemark.disk.DiskSpace;
import io.tidemark.disk.Faults;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A volume of 100,000 bytes: shed below 10,000, resume from 20,000, ballast of 5,000; tasks run when the test says so. */
class VolumeTest {
    private static final Path ROOT = Path.of("/data");
    private static final Path FILLER = ROOT.resolve("filler");

    private final FaultyDisk disk = FaultyDisk.seeded();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<Boolean> notified = new ArrayList<>();
    private final PressureOptions options = new PressureOptions()
            .setShedFreeBytes(10_000)
            .setResumeFreeBytes(20_000)
            .setBallastBytes(5_000);
    private final Volume volume =
            new Volume(disk, "data", ROOT, options, tasks::add, (low, detail) -> notified.add(low));

    @BeforeEach
    void makeRoot() throws IOException {
        disk.createDirectories(ROOT);
        disk.faults().limitBytes(100_000);
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Leaves this many bytes free, by means of another file. */
    private void leaveFree(long bytes) throws IOException {
        disk.delete(FILLER);
        try (DiskFile file = disk.create(FILLER)) {
            file.writeFully(ByteBuffer.allocate((int) (disk.freeBytes() - bytes)), 0);
        }
    }

    private void sample() {
        volume.sample();
        runTasks();
    }

    @Test
    void sample_betweenTheMarks_changesNothing() throws IOException {
        volume.open();
        runTasks();
        for (long free : new long[] {10_000, 9_999, 15_000, 19_999, 20_000, 10_000, 9_999}) {
            leaveFree(free);
            sample();
        }
        assertThat(notified).containsExactly(true, false, true);
    }

    @Test
    void ballast_enoughSpace_isWrittenInFull() throws IOException {
        volume.open();
        assertThat(disk.exists(ROOT.resolve(Ballast.FILE))).isFalse();
        runTasks();
        assertThat(disk.bytes(ROOT.resolve(Ballast.FILE))).hasSize(5_000);
        assertThat(volume.status().ballastBytes()).isEqualTo(5_000);
        Volume later = new Volume(disk, "data", ROOT, options, tasks::add, (low, detail) -> {});
        long writes = disk.journal().count(Operation.WRITE, Ballast.FILE);
        later.open();
        runTasks();
        assertThat(later.status().ballastBytes()).isEqualTo(5_000);
        assertThat(disk.journal().count(Operation.WRITE, Ballast.FILE))
                .as("an existing file is kept")
                .isEqualTo(writes);
    }

    @Test
    void ballast_givenUp_stillCountsAsUsedAndIsMadeAgainAboveTheUpperMark() throws IOException {
        volume.open();
        runTasks();
        leaveFree(0);
        sample();
        assertThat(volume.makeRoom()).isTrue();
        assertThat(disk.freeBytes()).isEqualTo(5_000);
        assertThat(volume.makeRoom()).as("only once").isFalse();
        runTasks();
        leaveFree(24_999);
        sample();
        assertThat(notified)
                .as("24,999 less the ballast of 5,000 is below the mark")
                .containsExactly(true);
        leaveFree(25_000);
        sample();
        assertThat(notified).containsExactly(true, false);
        assertThat(volume.status().ballastBytes()).isEqualTo(5_000);
        assertThat(disk.freeBytes()).isEqualTo(20_000);
        sample();
        assertThat(notified).as("the new ballast raises no pressure").containsExactly(true, false);
    }

    @Test
    void ballast_diskFull_leavesNothingBehind() throws IOException {
        volume.open();
        disk.faults().failWrite(Ballast.FILE).saying(Faults.NO_SPACE).times(1);
        runTasks();
        assertThat(disk.exists(ROOT.resolve(Ballast.FILE))).isFalse();
        assertThat(volume.status().ballastBytes()).isZero();
    }

    @Test
    void admit_betweenTwoSamples_countsReservations() throws IOException {
        volume.open();
        runTasks();
        leaveFree(30_000);
        sample();
        assertThat(volume.admit(24_000)).isTrue();
        assertThat(volume.admit(1_000)).isTrue();
        assertThat(volume.admit(1)).as("5,000 are kept for internal files").isFalse();
        assertThat(tasks).as("a refusal samples again").hasSize(1);
        runTasks();
        assertThat(notified).as("a reservation counts as written").containsExactly(true);
        volume.releaseReservation(25_000);
        sample();
        assertThat(notified).as("it was not written after all").containsExactly(true, false);
        assertThat(volume.admit(1)).isTrue();
    }

    @Test
    void admit_sampledBetweenWriteAndRelease_isCountedTwiceUntilTheNextSample() throws IOException {
        volume.open();
        runTasks();
        assertThat(volume.admit(50_000)).isTrue();
        try (DiskFile file = disk.create(ROOT.resolve("written"))) {
            file.writeFully(ByteBuffer.allocate(50_000), 0);
        }
        sample();
        volume.releaseReservation(50_000);
        sample();
        assertThat(volume.admit(40_000)).isTrue();
    }

    @Test
    void sample_hangs_noSecondOneStarts() throws IOException {
        volume.open();
        runTasks();
        for (int i = 0; i < 100; i++) {
            volume.sample();
        }
        assertThat(tasks).hasSize(1);
        runTasks();
        volume.sample();
        assertThat(tasks).hasSize(1);
    }

    @Test
    void sample_fails_keepsTheLastOne() throws IOException {
        volume.open();
        runTasks();
        leaveFree(9_000);
        sample();
        disk.faults().fail(Operation.SPACE, "**").always();
        sample();
        assertThat(volume.status().low()).isTrue();
    }

    @Test
    void freeSpaceUnknown_atTheStart_admitsEverything() throws IOException {
        var unknown = disk.faults().fail(Operation.SPACE, "**").always();
        volume.open();
        runTasks();
        assertThat(volume.admit(1_000_000)).as("no free space to compare with").isTrue();
        assertThat(volume.ample()).isTrue();
        assertThat(volume.status().freeBytes()).isEqualTo(-1);
        assertThat(volume.status().totalBytes()).isEqualTo(-1);
        assertThat(notified).isEmpty();
        volume.releaseReservation(1_000_000);
        unknown.cancel();
        leaveFree(9_000);
        sample();
        assertThat(notified).as("once known, it counts").containsExactly(true);
        assertThat(volume.status().freeBytes()).isEqualTo(9_000);
    }

    /** As ramfs does, and some file systems in user space. */
    @Test
    void freeSpaceUnknown_fileSystemReportsNoSize_isNotAFullDisk() throws IOException {
        disk.faults().limitBytes(0);
        volume.open();
        sample();
        assertThat(notified).isEmpty();
        assertThat(volume.admit(1)).isTrue();
        assertThat(volume.status().low()).isFalse();
        assertThat(disk.exists(ROOT.resolve(Ballast.FILE))).isFalse();
    }

    @Test
    void freeSpaceUnknown_keepsTheReserveFile() throws IOException {
        volume.open();
        runTasks();
        disk.faults().limitBytes(0);
        volume.ensureFree(1_000);
        assertThat(volume.status().ballastBytes()).as("the reserve file").isEqualTo(5_000);
    }

    @Test
    void probe_requestedWhileOneRuns_completesWithTheNext() throws IOException {
        volume.open();
        runTasks();
        Future<Void> first = volume.probe();
        Future<Void> second = volume.probe();
        Future<Void> third = volume.probe();
        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(first.succeeded()).isTrue();
        assertThat(second.isComplete())
                .as("the running probe began before this call")
                .isFalse();
        assertThat(tasks).hasSize(1);
        runTasks();
        assertThat(second.succeeded()).isTrue();
        assertThat(third.succeeded()).isTrue();
        assertThat(disk.exists(ROOT.resolve(DurableProbe.FILE))).isFalse();
    }

    @Test
    void probe_anyStepFails_fails() throws IOException {
        String file = DurableProbe.FILE;
        for (Operation operation :
                new Operation[] {Operation.CREATE, Operation.WRITE, Operation.FORCE, Operation.OPEN, Operation.READ}) {
            var order = disk.faults().fail(operation, file).times(1);
            Future<Void> probe = volume.probe();
            runTasks();
            assertThat(order.struck()).as("a probe does %s", operation).isEqualTo(1);
            assertThat(probe.failed()).as("a probe whose %s failed", operation).isTrue();
        }
        var order = disk.faults().failForceDirectory("data").times(1);
        Future<Void> probe = volume.probe();
        runTasks();
        assertThat(order.struck()).isEqualTo(1);
        assertThat(probe.failed()).isTrue();
        Future<Void> sound = volume.probe();
        runTasks();
        assertThat(sound.succeeded()).as("control").isTrue();
    }

    @Test
    void space_ofThisMachine_isKnown() throws IOException {
        DiskSpace space = Disk.real().space(Path.of("."));
        assertThat(space.totalBytes()).isPositive();
        assertThat(space.freeBytes()).isBetween(0L, space.totalBytes());
        assertThat(space.volume()).isEqualTo(Disk.real().space(Path.of("src")).volume());
        assertThat(space.volume())
                .isNotEqualTo(Disk.real().space(Path.of("/proc")).volume());
    }
}
