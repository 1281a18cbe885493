package io.tidemark.pressure;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.tidemark.disk.DiskFile;
import io.tidemark.disk.Faults;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * What a volume says, to its listener and in the log, and what it does after a failure or at the end of its executor. A
 * volume of 64 MiB: shed below 8 MiB, resume from 16 MiB, reserve file of 5,000 bytes; tasks run when the test says so.
 */
class VolumeReportsTest {
    private static final Path ROOT = Path.of("/data");
    private static final Path FILLER = ROOT.resolve("filler");
    private static final long MIB = 1L << 20;

    private final FaultyDisk disk = FaultyDisk.seeded();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<String> details = new ArrayList<>();
    private final PressureOptions options = new PressureOptions()
            .setShedFreeBytes(8 * MIB)
            .setResumeFreeBytes(16 * MIB)
            .setBallastBytes(5_000);
    private boolean stopped;
    private final Volume volume =
            new Volume(disk, "data", ROOT, options, this::execute, (low, detail) -> details.add(low + ": " + detail));
    private final Logger logger = (Logger) LoggerFactory.getLogger(Volume.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void makeRoot() throws IOException {
        disk.createDirectories(ROOT);
        disk.faults().limitBytes(64 * MIB);
        logger.setLevel(Level.INFO);
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void detach() {
        logger.detachAppender(log);
        logger.setLevel(null);
    }

    private void execute(Runnable task) {
        if (stopped) {
            throw new RejectedExecutionException("stopped");
        }
        tasks.add(task);
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private void openAndRun() throws IOException {
        volume.open();
        runTasks();
    }

    private void sample() {
        volume.sample();
        runTasks();
    }

    private void leaveFree(long bytes) throws IOException {
        disk.delete(FILLER);
        try (DiskFile file = disk.create(FILLER)) {
            file.writeFully(ByteBuffer.allocate((int) (disk.freeBytes() - bytes)), 0);
        }
    }

    private List<String> logged() {
        List<String> lines =
                log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
        log.list.clear();
        return lines;
    }

    @Test
    void listener_lowAndEnoughAgain_hearsVolumeFreeSpaceAndMarks() throws IOException {
        openAndRun();
        leaveFree(7 * MIB);
        sample();
        leaveFree(17 * MIB);
        sample();
        assertThat(details)
                .containsExactly(
                        "true: data volume /data: 7 MiB free; writes are shed below 8 MiB and accepted again from 16 MiB",
                        "false: data volume /data: 17 MiB free; writes are accepted again from 16 MiB");
    }

    @Test
    void listener_marksBelowOneMebibyte_hearsThemInBytes() throws IOException {
        openAndRun();
        volume.reconfigure(new PressureOptions()
                .setShedFreeBytes(MIB - 1)
                .setResumeFreeBytes(MIB)
                .setBallastBytes(0));
        runTasks();
        leaveFree(10_000);
        sample();
        assertThat(details)
                .containsExactly(
                        "true: data volume /data: 0 MiB free; writes are shed below 1048575 bytes and accepted again from 1 MiB");
    }

    @Test
    void reconfigure_higherMark_appliesWithoutAnotherSample() throws IOException {
        openAndRun();
        leaveFree(20 * MIB);
        sample();
        volume.reconfigure(
                new PressureOptions(options).setResumeFreeBytes(40 * MIB).setShedFreeBytes(30 * MIB));
        runTasks();
        assertThat(volume.status().low()).isTrue();
        assertThat(volume.status().shedBytes()).isEqualTo(30 * MIB);
    }

    @Test
    void freeSpaceUnknown_isLoggedOnceAndItsEndOnce() throws IOException {
        openAndRun();
        var unknown = disk.faults().fail(Operation.SPACE, "**").always();
        sample();
        sample();
        assertThat(logged())
                .containsExactly(
                        "data volume /data: the free space is unknown; the last sample counts until it is known again");
        unknown.cancel();
        sample();
        sample();
        assertThat(logged()).containsExactly("data volume /data: the free space is known again");
    }

    @Test
    void freeSpaceUnknown_fromTheStart_saysThatNothingIsShed() throws IOException {
        disk.faults().limitBytes(0);
        volume.open();
        sample();
        assertThat(logged())
                .containsExactly("data volume /data: the free space is unknown, its file system does not report it;"
                        + " writes are not shed for it, and no reserve file is made; monitor it by other means");
    }

    @Test
    void ensureFree_freeSpaceUnreadable_isLoggedAndKeepsTheReserveFile() throws IOException {
        openAndRun();
        disk.faults().fail(Operation.SPACE, "**").times(1);
        volume.ensureFree(60 * MIB);
        assertThat(logged()).singleElement().asString().contains("the free space is unknown");
        assertThat(volume.status().ballastBytes()).isEqualTo(5_000);
    }

    @Test
    void ensureFree_givesUpTheReserveFileOnlyIfTooLittleIsFree() throws IOException {
        openAndRun();
        long free = disk.freeBytes();
        volume.ensureFree(free);
        assertThat(volume.status().ballastBytes()).as("exactly enough").isEqualTo(5_000);
        volume.ensureFree(free + 1);
        assertThat(volume.status().ballastBytes()).as("one byte too little").isZero();
        long looks = disk.journal().count(Operation.SPACE, "**");
        volume.ensureFree(free + 10_000);
        assertThat(disk.journal().count(Operation.SPACE, "**"))
                .as("nothing left to give up, so nothing to look at")
                .isEqualTo(looks);
    }

    @Test
    void makeRoom_logsOnceAndSamplesAgain() throws IOException {
        openAndRun();
        leaveFree(0);
        assertThat(volume.makeRoom()).isTrue();
        assertThat(tasks).as("a sample follows").hasSize(1);
        runTasks();
        assertThat(volume.status().freeBytes()).isEqualTo(5_000);
        assertThat(logged()).containsExactly("data volume /data: full; the reserve file was given up");
        assertThat(volume.makeRoom()).isFalse();
        assertThat(logged()).as("nothing was gained").isEmpty();
    }

    @Test
    void makeRoom_reserveFileCannotBeDeleted_gainsNothingAndSaysSo() throws IOException {
        openAndRun();
        disk.faults().fail(Operation.DELETE, Ballast.FILE).times(1);
        assertThat(volume.makeRoom()).isFalse();
        assertThat(logged()).containsExactly("data volume /data: the reserve file could not be given up");
    }

    @Test
    void ballast_failsRepeatedly_isLoggedOnceUntilItWasMade() throws IOException {
        var broken =
                disk.faults().failWrite(Ballast.FILE).saying(Faults.NO_SPACE).always();
        openAndRun();
        sample();
        sample();
        String line = "data volume /data: the reserve file could not be made; it is tried again";
        assertThat(logged()).containsExactly(line);
        broken.cancel();
        sample();
        assertThat(volume.status().ballastBytes()).isEqualTo(5_000);
        assertThat(volume.makeRoom()).isTrue();
        logged();
        disk.faults().failWrite(Ballast.FILE).times(1);
        runTasks();
        assertThat(logged()).as("a new failure").containsExactly(line);
    }

    /** The sample before it counted the file as still to be made; without a new one that room stays closed. */
    @Test
    void ballast_made_isFollowedByASample() throws IOException {
        openAndRun();
        assertThat(volume.status().freeBytes()).as("free, less the file").isEqualTo(64 * MIB - 5_000);
    }

    @Test
    void ample_isFromTheUpperMarkOn() throws IOException {
        volume.open();
        assertThat(volume.ample()).isTrue();
        runTasks();
        leaveFree(16 * MIB);
        sample();
        assertThat(volume.ample()).as("exactly the mark").isTrue();
        assertThat(volume.admit(1)).isTrue();
        assertThat(volume.ample()).as("one reserved byte less").isFalse();
        volume.releaseReservation(1);
        sample();
        leaveFree(16 * MIB - 1);
        sample();
        assertThat(volume.ample()).isFalse();
    }

    @Test
    void status_reservations_areThoseNotReleased() throws IOException {
        openAndRun();
        assertThat(volume.admit(300)).isTrue();
        volume.releaseReservation(100);
        assertThat(volume.status().reservedBytes()).isEqualTo(200);
    }

    @Test
    void executor_rejectsForAMoment_everyKindOfWorkRunsLater() throws IOException {
        stopped = true;
        volume.open();
        volume.sample();
        assertThat(volume.probe().failed()).as("a probe that can't run").isTrue();
        assertThat(volume.status().ballastBytes()).isZero();
        stopped = false;
        var probe = volume.probe();
        sample();
        assertThat(volume.status().ballastBytes()).as("the reserve file").isEqualTo(5_000);
        assertThat(probe.succeeded()).isTrue();
        leaveFree(1);
        sample();
        assertThat(volume.status().low()).isTrue();
    }
}
