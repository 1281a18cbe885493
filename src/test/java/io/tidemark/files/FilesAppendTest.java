package io.tidemark.files;

import static io.tidemark.files.AppendOnlyFiles.part;
import static io.tidemark.files.FilesLog.BIG;
import static io.tidemark.files.FilesLog.DIRECTORY;
import static io.tidemark.files.FilesLog.LINES;
import static io.tidemark.files.FilesLog.ORDERS;
import static io.tidemark.files.FilesLog.file;
import static io.tidemark.files.FilesLog.generation;
import static io.tidemark.files.FilesLog.open;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Faults;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import io.tidemark.disk.OperationRecord;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an append writes, where, and what of it counts; what can be read. */
final class FilesAppendTest {
    private final FaultyDisk disk = new FaultyDisk(11);
    private final FilesLog log = new FilesLog();

    private static Part text(String name, String text) {
        return part(name, text.getBytes(UTF_8));
    }

    private List<Long> offsetsWritten(String glob) {
        return disk.journal().records(Operation.WRITE, glob).stream()
                .map(OperationRecord::offset)
                .toList();
    }

    @Test
    void append_shortWrite_goesOnWhereItStopped() throws IOException {
        AppendOnlyFiles files = open(disk);
        disk.faults().shortWrite("*.data").times(3);
        log.add(ORDERS, BIG);
        log.apply(files);
        assertThat(offsetsWritten("*.data")).hasSize(4).isSorted();
        assertThat(FilesLog.contents(files)).isEqualTo(log.contents(1));
    }

    @Test
    void append_noRoom_countsNothingAndIsRepeatedAtTheSameOffset() throws IOException {
        AppendOnlyFiles files = open(disk);
        log.add(ORDERS, "1", LINES, "a");
        log.apply(files);
        log.add(ORDERS, "22", LINES, "bb");
        log.apply(files);
        log.add(ORDERS, "333", LINES, "cccc");
        disk.leaveFree(5);
        disk.journal().clear();
        assertThatThrownBy(() -> log.apply(files)).hasMessageContaining(Faults.NO_SPACE);
        assertThat(files.position()).isEqualTo(2);
        assertThat(FilesLog.contents(files)).as("what counts").isEqualTo(log.contents(2));
        generation(open(disk.copyOf()));
        disk.faults().clear();
        log.apply(files);
        assertThat(offsetsWritten("lines*.data")).containsExactly(3L, 5L, 3L);
        assertThat(FilesLog.contents(files)).isEqualTo(log.contents(3));
        generation(files);
        log.assertRecovers(disk.crashLosingAllUnforced(), 3, "written at the second try");
    }

    /** A disk that fails a write otherwise is not given the same place again. */
    @Test
    void append_failedWrite_isRepeatedInANewFile() throws IOException {
        AppendOnlyFiles files = open(disk);
        log.add(ORDERS, "1");
        log.apply(files);
        log.add(ORDERS, "2");
        disk.faults().failWrite("*.data").times(1);
        assertThatThrownBy(() -> log.apply(files)).hasMessageContaining(Faults.IO_ERROR);
        log.apply(files);
        assertThat(disk.list(DIRECTORY)).contains("orders.0000000001.data", "orders.0000000002.data");
        generation(files);
        log.assertRecovers(disk.crashLosingAllUnforced(), 2, "written to a new file");
    }

    @Test
    void append_secondPartFails_neitherCounts() throws IOException {
        AppendOnlyFiles files = open(disk);
        log.add(ORDERS, "1", LINES, "a");
        log.apply(files);
        log.add(ORDERS, "2", LINES, "b");
        disk.faults().failWrite("lines*.data").times(1);
        assertThatThrownBy(() -> log.apply(files)).isInstanceOf(IOException.class);
        assertThat(files.position()).isEqualTo(1);
        assertThat(FilesLog.contents(files)).isEqualTo(log.contents(1));
        generation(files);
        try (AppendOnlyFiles again = open(disk.copyOf().crashLosingAllUnforced())) {
            assertThat(again.position()).isEqualTo(1);
            assertThat(FilesLog.contents(again)).isEqualTo(log.contents(1));
        }
        log.apply(files);
        generation(files);
        log.assertRecovers(disk.crashLosingAllUnforced(), 2, "both at the second try");
    }

    @Test
    void append_tellsOffsetsThatStayTheSame() throws IOException {
        AppendOnlyFiles files = open(disk);
        assertThat(files.append(text(ORDERS, "abc"), text(LINES, "x"), text(ORDERS, "de")))
                .isEqualTo(new Appended(1, List.of(0L, 0L, 3L)));
        assertThat(files.append(40, text(ORDERS, BIG)).offsets()).containsExactly(5L);
        assertThat(files.append(text(ORDERS, BIG))).isEqualTo(new Appended(41, List.of(3_005L)));
        generation(files);
        files.close();
        AppendOnlyFiles again = open(disk);
        assertThat(again.append(text(ORDERS, "fgh"))).isEqualTo(new Appended(42, List.of(6_005L)));
        ByteBuffer across = ByteBuffer.allocate(5);
        assertThat(again.read(ORDERS, 6_003, across))
                .as("over the end of a file")
                .isEqualTo(5);
        assertThat(new String(across.array(), UTF_8)).isEqualTo("xxfgh");
        assertThat(disk.list(DIRECTORY))
                .filteredOn(name -> name.startsWith(ORDERS))
                .hasSize(3);
    }

    @Test
    void read_atTheEnds() throws IOException {
        AppendOnlyFiles files = open(disk);
        files.append(text(ORDERS, "abc"));
        ByteBuffer target = ByteBuffer.allocate(8);
        assertThat(files.read(ORDERS, 1, target)).isEqualTo(2);
        assertThat(target.flip()).isEqualTo(ByteBuffer.wrap("bc".getBytes(UTF_8)));
        assertThat(files.read(ORDERS, 3, ByteBuffer.allocate(1))).isEqualTo(-1);
        assertThat(files.read("none", 0, ByteBuffer.allocate(1))).isEqualTo(-1);
        assertThatThrownBy(() -> files.read(ORDERS, -1, ByteBuffer.allocate(1)))
                .isInstanceOf(IllegalArgumentException.class);
        disk.cutOff(file(ORDERS, 1), 2);
        assertThatThrownBy(() -> files.read(ORDERS, 0, ByteBuffer.allocate(3)))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("shorter than it was");
    }

    @Test
    void append_positionThatIsNotGreater_isRefused() throws IOException {
        AppendOnlyFiles files = open(disk);
        files.append(7, text(ORDERS, "a"));
        for (long position : new long[] {7, 6, 0, -1}) {
            assertThatThrownBy(() -> files.append(position, text(ORDERS, "b")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is not greater than 7");
        }
        assertThat(files.length(ORDERS)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../x", "a.b", "a/b", "ä", "a b"})
    void part_badName_isRefused(String name) {
        assertThatThrownBy(() -> text(name, "a")).hasMessageContaining("expected 1 to 64 letters");
    }

    /** Inside of a write an interrupt closes the file for everybody. */
    @Test
    void append_onAnInterruptedThread_writesNothing() throws IOException {
        AppendOnlyFiles files = open(disk);
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> files.append(text(ORDERS, "a"))).isInstanceOf(InterruptedIOException.class);
        } finally {
            assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        }
        assertThat(files.append(text(ORDERS, "a")).position()).isEqualTo(1);
    }

    @Test
    void append_drainedOrClosed_isRefused() throws IOException {
        AppendOnlyFiles files = open(disk);
        assertThat(files.drain().succeeded()).as("nothing under way").isTrue();
        assertThatThrownBy(() -> files.append(text(ORDERS, "a")))
                .isInstanceOf(AppendRefusedException.class)
                .hasMessageContaining("being drained");
        files.close();
        files.close();
        assertThatThrownBy(() -> files.append(text(ORDERS, "a"))).hasMessageContaining("closed");
        assertThat(disk.openFiles()).isEmpty();
    }

    @Test
    void rotation_largeAppend_getsAFileOfItsOwn() throws IOException {
        AppendOnlyFiles files = open(disk);
        files.append(text(ORDERS, "a"));
        files.append(text(ORDERS, BIG + BIG));
        files.append(text(ORDERS, "b"));
        assertThat(disk.bytes(file(ORDERS, 2))).hasSize(6_000);
        assertThat(disk.bytes(file(ORDERS, 3))).hasSize(1);
        assertThat(disk.journal().count(Operation.FORCE, "*.data"))
                .as("forces at rotation")
                .isZero();
    }
}
