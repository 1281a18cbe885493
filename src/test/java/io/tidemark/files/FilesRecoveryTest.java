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

import io.tidemark.checkpoint.CheckpointTarget.Capture;
import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Faults;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.OperationRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** I2, I6, I7: what the next process opens, after a crash at any step, and what it refuses. */
final class FilesRecoveryTest {
    private final FaultyDisk disk = FaultyDisk.seeded();
    private final FilesLog log = new FilesLog();

    /** A state of the disk, and how far it had been reported durable by then. */
    private record Moment(FaultyDisk disk, long durable, String after) {}

    @Test
    void I2_I6_crashAtEachOperation_opensWhatWasReportedDurableAndReplaysTheRest() throws IOException {
        List<Moment> moments = new ArrayList<>();
        AppendOnlyFiles[] running = {null};
        disk.createDurably(DIRECTORY);
        disk.afterEachOperation(operation -> {
            for (int fork = 0; fork < 6; fork++) {
                long durable = running[0] == null ? 0 : running[0].durablePosition();
                FaultyDisk copy = disk.copyOf(disk.seed() * 31 + 6L * operation.number() + fork);
                moments.add(new Moment(copy, durable, after(operation, fork)));
            }
        });
        AppendOnlyFiles files = open(disk);
        running[0] = files;
        for (int round = 0; round < 3; round++) {
            log.add(ORDERS, "order " + round, LINES, "line " + round);
            log.add(ORDERS, BIG);
            log.apply(files);
            Capture captured = files.capture();
            log.add(LINES, "later " + round, ORDERS, BIG);
            log.apply(files);
            files.force(captured);
            files.completed(captured);
        }
        files.close();
        running[0] = open(disk);
        log.add(ORDERS, "after a restart");
        log.apply(running[0]);
        generation(running[0]);
        disk.afterEachOperation(null);
        assertThat(moments).hasSizeGreaterThan(300);
        for (int i = 0; i < moments.size(); i++) {
            Moment moment = moments.get(i);
            FaultyDisk at = moment.disk();
            FaultyDisk after = i % 6 == 0 ? at.crashLosingAllUnforced() : i % 6 == 5 ? at.kill() : at.crash();
            log.assertRecovers(after, moment.durable(), moment.after());
        }
    }

    private String after(OperationRecord operation, int fork) {
        return "seed " + disk.seed() + ", after " + operation.line() + ", fork " + fork;
    }

    /** The sync behind the rename failed and lost the name for good; the next process finds it all the same. */
    @Test
    void I2_positionWhoseNameWasLost_isWrittenAgainBeforeItIsBelieved() throws IOException {
        AppendOnlyFiles files = FilesForceTest.prepared(disk, log);
        log.add(LINES, "c");
        log.apply(files);
        disk.faults().loseNames(DIRECTORY.toString()).after(1).times(1);
        assertThatThrownBy(() -> files.force(files.capture())).isInstanceOf(IOException.class);
        FaultyDisk killed = disk.kill();
        long believed;
        try (AppendOnlyFiles next = open(killed)) {
            believed = next.position();
        }
        assertThat(believed).as("what the next process finds").isEqualTo(5);
        try (AppendOnlyFiles afterTheCut = open(killed.crashLosingAllUnforced())) {
            assertThat(afterTheCut.position())
                    .as("durable position after a power cut")
                    .isEqualTo(believed);
        }
    }

    @Test
    void I6_open_removesWhatIsNotListedAndNothingOfOthers() throws IOException {
        try (AppendOnlyFiles files = FilesForceTest.prepared(disk, log)) {
            assertThat(disk.list(DIRECTORY)).contains("orders.0000000003.data");
            assertThat(files.position()).isEqualTo(4);
        }
        for (String strange : List.of("notes.txt", "orders.1.data", "orders.0000000009.data.bak", "a.new")) {
            disk.put(DIRECTORY.resolve(strange), new byte[] {1});
        }
        disk.put(DIRECTORY.resolve("POSITION.new"), new byte[] {1});
        disk.put(DIRECTORY.resolve("orders.0000000008.data.poisoned"), new byte[] {1});
        try (AppendOnlyFiles again = open(disk)) {
            assertThat(again.position()).isEqualTo(1);
            assertThat(disk.list(DIRECTORY))
                    .containsExactly(
                            "POSITION",
                            "a.new",
                            "notes.txt",
                            "orders.0000000001.data",
                            "orders.0000000009.data.bak",
                            "orders.1.data");
            log.apply(again);
            assertThat(FilesLog.contents(again)).isEqualTo(log.contents(4));
            assertThat(disk.list(DIRECTORY))
                    .as("appends go to new files, with numbers that were never used")
                    .contains("orders.0000000009.data", "lines.0000000010.data");
        }
    }

    /** What somebody or a bad disk does to a directory whose files 1 and 3 of orders and 2 of lines are listed. */
    enum Damage {
        FILE_MISSING("is missing; restore it"),
        FILE_SHORT("were durable; restore it"),
        FILE_CHANGED("the checksum of its first"),
        POSITION_CHANGED("POSITION is damaged"),
        POSITION_SHORT("POSITION is damaged"),
        POSITION_EMPTY("POSITION is damaged"),
        POSITION_MISSING("POSITION is missing, but there is"),
        POSITION_OLDER("this is an older copy");

        private final String said;

        Damage(String said) {
            this.said = said;
        }

        void carryOut(FaultyDisk disk, byte[] older) {
            Path sealed = file(ORDERS, 1);
            byte[] position = disk.bytes(POSITION);
            switch (this) {
                case FILE_MISSING -> disk.unlink(sealed);
                case FILE_SHORT -> disk.cutOff(sealed, disk.bytes(sealed).length - 1);
                case FILE_CHANGED -> disk.corrupt(sealed, 17, 4);
                case POSITION_CHANGED -> disk.corrupt(POSITION, 15, 1);
                case POSITION_SHORT -> disk.put(POSITION, Arrays.copyOf(position, position.length - 1));
                case POSITION_EMPTY -> disk.put(POSITION, new byte[0]);
                case POSITION_MISSING -> disk.unlink(POSITION);
                case POSITION_OLDER -> disk.put(POSITION, older);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void I7_damageToWhatWasDurable_isRefusedByNameAndChangesNothing(Damage damage) throws IOException {
        byte[] older;
        try (AppendOnlyFiles files = FilesForceTest.prepared(disk, log)) {
            older = disk.bytes(POSITION);
            generation(files);
        }
        damage.carryOut(disk, older);
        disk.journal().clear();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> open(disk, 4))
                    .isInstanceOf(CorruptionException.class)
                    .hasMessageContaining(DIRECTORY.toString())
                    .hasMessageContaining(damage.said);
        }
        assertThat(disk.journal().lines())
                .as("changes by openings that were refused")
                .allMatch(line -> line.startsWith("close") || line.startsWith("force_directory /data"))
                .noneMatch(line -> line.contains("shop/") && !line.startsWith("close"));
        assertThat(disk.openFiles()).as("left open").isEmpty();
    }

    /** I7 of every byte: no bit of the position file can flip unseen. */
    @Test
    void I7_anyBitOfThePositionFile_isChecked() throws IOException {
        try (AppendOnlyFiles files = FilesForceTest.prepared(disk, log)) {
            generation(files);
        }
        byte[] whole = disk.bytes(POSITION);
        for (int at = 0; at < whole.length; at++) {
            FaultyDisk copy = disk.copyOf(at);
            copy.corrupt(POSITION, at, 1 << (at % 8));
            assertThatThrownBy(() -> open(copy), "byte " + at).isInstanceOf(CorruptionException.class);
        }
    }

    @Test
    void open_tornTailAboveTheDurableLength_isNoDamage() throws IOException {
        try (AppendOnlyFiles files = FilesForceTest.prepared(disk, log)) {
            assertThat(files.position()).isEqualTo(4);
        }
        disk.corrupt(file(ORDERS, 1), 1_000, 255);
        log.assertRecovers(disk.kill(), 1, "a torn tail");
    }

    @Test
    void open_noRoom_removesNothingAndMayBeTriedAgain() throws IOException {
        try (AppendOnlyFiles files = FilesForceTest.prepared(disk, log)) {
            assertThat(files.position()).isEqualTo(4);
        }
        FaultyDisk killed = disk.kill();
        killed.leaveFree(0);
        assertThatThrownBy(() -> open(killed)).hasMessageContaining(Faults.NO_SPACE);
        assertThat(killed.list(DIRECTORY)).contains("orders.0000000003.data");
        killed.faults().clear();
        log.assertRecovers(killed, 1, "room again");
    }
}
