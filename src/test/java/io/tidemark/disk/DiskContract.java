package io.tidemark.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What every {@link Disk} does; run against the machine's own and against {@link FaultyDisk}. */
abstract class DiskContract {

    abstract Disk disk();

    /** An existing empty directory. */
    abstract Path directory();

    static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private Path write(String name, String contents) throws IOException {
        Path path = directory().resolve(name);
        try (DiskFile file = disk().create(path)) {
            file.writeFully(utf8(contents), 0);
            file.force();
        }
        return path;
    }

    private String read(Path path) throws IOException {
        return new String(disk().readAll(path, 1 << 20), StandardCharsets.UTF_8);
    }

    @Test
    void create_newName_existsAndIsEmpty() throws IOException {
        Path path = directory().resolve("a");
        assertThat(disk().exists(path)).isFalse();
        try (DiskFile file = disk().create(path)) {
            assertThat(disk().exists(path)).isTrue();
            assertThat(file.size()).isZero();
            assertThat(file.path()).isEqualTo(path);
        }
    }

    @Test
    void create_existingName_throwsFileAlreadyExists() throws IOException {
        Path path = write("a", "kept");
        assertThatThrownBy(() -> disk().create(path)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(read(path)).isEqualTo("kept");
    }

    @Test
    void create_missingDirectory_throwsNoSuchFile() {
        assertThatThrownBy(() -> disk().create(directory().resolve("none/a"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void create_file_canBeReadThroughTheWriter() throws IOException {
        try (DiskFile file = disk().create(directory().resolve("a"))) {
            file.writeFully(utf8("hello"), 0);
            ByteBuffer target = ByteBuffer.allocate(3);
            file.readFully(target, 1);
            assertThat(target.array()).isEqualTo("ell".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void openForRead_missing_throwsNoSuchFile() {
        assertThatThrownBy(() -> disk().openForRead(directory().resolve("none")))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void openForRead_whileWritten_seesUnforcedBytes() throws IOException {
        Path path = directory().resolve("a");
        try (DiskFile writer = disk().create(path);
                DiskFile reader = disk().openForRead(path)) {
            writer.writeFully(utf8("new"), 0);
            ByteBuffer target = ByteBuffer.allocate(3);
            reader.readFully(target, 0);
            assertThat(target.array()).isEqualTo("new".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void write_throughReader_isRefused() throws IOException {
        try (DiskFile reader = disk().openForRead(write("a", "x"))) {
            assertThatThrownBy(() -> reader.write(utf8("y"), 0)).isInstanceOf(NonWritableChannelException.class);
        }
    }

    @Test
    void write_beyondEnd_fillsWithZeros() throws IOException {
        Path path = directory().resolve("a");
        try (DiskFile file = disk().create(path)) {
            file.writeFully(utf8("a"), 0);
            file.writeFully(utf8("z"), 9_000);
            assertThat(file.size()).isEqualTo(9_001);
        }
        byte[] expected = new byte[9_001];
        expected[0] = 'a';
        expected[9_000] = 'z';
        assertThat(disk().readAll(path, 10_000)).isEqualTo(expected);
    }

    @Test
    void write_advancesTheBuffer_andOverwritesInPlace() throws IOException {
        Path path = directory().resolve("a");
        try (DiskFile file = disk().create(path)) {
            ByteBuffer source = utf8("abcdef");
            assertThat(file.write(source, 0)).isEqualTo(6);
            assertThat(source.hasRemaining()).isFalse();
            file.writeFully(utf8("XY"), 2);
        }
        assertThat(read(path)).isEqualTo("abXYef");
    }

    @Test
    void read_atOrBehindEnd_returnsMinusOne() throws IOException {
        try (DiskFile file = disk().openForRead(write("a", "abc"))) {
            assertThat(file.read(ByteBuffer.allocate(4), 3)).isEqualTo(-1);
            assertThat(file.read(ByteBuffer.allocate(4), 1L << 40)).isEqualTo(-1);
            assertThat(file.read(ByteBuffer.allocate(4), 1)).isEqualTo(2);
            assertThat(file.read(ByteBuffer.allocate(0), 0)).isZero();
        }
    }

    @Test
    void readFully_pastEnd_throwsEof() throws IOException {
        try (DiskFile file = disk().openForRead(write("a", "abc"))) {
            assertThatThrownBy(() -> file.readFully(ByteBuffer.allocate(4), 0)).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void close_twice_isFine_andLaterUseThrows() throws IOException {
        DiskFile file = disk().create(directory().resolve("a"));
        file.close();
        file.close();
        assertThatThrownBy(() -> file.write(utf8("x"), 0)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(file::force).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(file::size).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void list_namesOfFilesAndDirectories_sorted() throws IOException {
        write("b", "");
        write("a", "");
        write("a.x", "");
        disk().createDirectories(directory().resolve("c/d"));
        assertThat(disk().list(directory())).containsExactly("a", "a.x", "b", "c");
        assertThat(disk().list(directory().resolve("c"))).containsExactly("d");
    }

    @Test
    void list_missingDirectory_isEmpty() throws IOException {
        assertThat(disk().list(directory().resolve("none"))).isEmpty();
    }

    @Test
    void createDirectories_twice_isFine() throws IOException {
        Path deep = directory().resolve("x/y/z");
        disk().createDirectories(deep);
        disk().createDirectories(deep);
        assertThat(disk().exists(deep)).isTrue();
        assertThat(disk().list(deep)).isEmpty();
        disk().forceDirectory(deep);
    }

    @Test
    void createDurably_whatAnEarlierProcessMade_isFine() throws IOException {
        Path deep = directory().resolve("x/y");
        disk().createDurably(deep);
        disk().createDurably(deep);
        assertThat(disk().list(directory().resolve("x"))).containsExactly("y");
    }

    @Test
    void createDirectories_overFile_throwsFileAlreadyExists() throws IOException {
        Path file = write("a", "");
        assertThatThrownBy(() -> disk().createDirectories(file)).isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void forceDirectory_missing_throwsNoSuchFile() {
        assertThatThrownBy(() -> disk().forceDirectory(directory().resolve("none")))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void rename_ontoExisting_replacesIt() throws IOException {
        Path from = write("from", "new");
        Path to = write("to", "old");
        disk().rename(from, to);
        assertThat(read(to)).isEqualTo("new");
        assertThat(disk().list(directory())).containsExactly("to");
    }

    @Test
    void rename_missing_throwsNoSuchFile() {
        assertThatThrownBy(() ->
                        disk().rename(directory().resolve("none"), directory().resolve("to")))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void delete_existing_removesIt_missingIsFine() throws IOException {
        Path path = write("a", "");
        disk().delete(path);
        disk().delete(path);
        assertThat(disk().exists(path)).isFalse();
    }

    @Test
    void delete_whileOpen_leavesTheDescriptorUsable() throws IOException {
        Path path = write("a", "abc");
        try (DiskFile file = disk().openForRead(path)) {
            disk().delete(path);
            assertThat(file.read(ByteBuffer.allocate(3), 0)).isEqualTo(3);
        }
    }

    @Test
    void replace_newAndExisting_holdsTheContents_andLeavesNothingBeside() throws IOException {
        Path path = directory().resolve("M");
        disk().replace(path, "one".getBytes(StandardCharsets.UTF_8));
        assertThat(read(path)).isEqualTo("one");
        write("M.new", "left over");
        disk().replace(path, "two".getBytes(StandardCharsets.UTF_8));
        assertThat(read(path)).isEqualTo("two");
        assertThat(disk().list(directory())).containsExactly("M");
    }

    @Test
    void readAll_largerThanBound_throws() throws IOException {
        Path path = write("a", "12345");
        assertThat(disk().readAll(path, 5)).hasSize(5);
        assertThatIOException()
                .isThrownBy(() -> disk().readAll(path, 4))
                .withMessageContaining("has 5 bytes, expected at most 4");
    }

    @Test
    void mapRange_anyOffset_forcesPartsAndChangesNothing() throws IOException {
        String contents = "0123456789".repeat(2_000);
        Path path = directory().resolve("a");
        try (DiskFile file = disk().create(path)) {
            file.writeFully(utf8(contents), 0);
            FileRange range = disk().mapRange(path, 4_099, 12_000);
            assertThat(range.offset()).isEqualTo(4_099);
            assertThat(range.length()).isEqualTo(12_000);
            range.force(4_099, 1);
            range.force(8_191, 2);
            range.force(16_000, 99);
            range.force(4_099, 12_000);
            file.writeFully(utf8("end"), contents.length());
            range.force(4_099, 12_000);
            file.force();
        }
        assertThat(read(path)).isEqualTo(contents + "end");
    }

    @Test
    void mapRange_pastEnd_isRefused_andTheFileKeepsItsLength() throws IOException {
        Path path = write("a", "12345");
        for (int bytes : new int[] {6, 0, -1, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> disk().mapRange(path, 0, bytes)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> disk().mapRange(path, 5, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> disk().mapRange(path, -1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(read(path)).isEqualTo("12345");
        disk().mapRange(path, 4, 1).force(4, 1);
    }

    @Test
    void mapRange_missing_throwsNoSuchFile() {
        assertThatThrownBy(() -> disk().mapRange(directory().resolve("none"), 0, 1))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void forceRange_notWithinTheMapping_throwsIndexOutOfBounds() throws IOException {
        FileRange range = disk().mapRange(write("a", "x".repeat(10_000)), 1_000, 5_000);
        assertThatThrownBy(() -> range.force(999, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> range.force(5_999, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> range.force(7_000, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        range.force(5_999, 1);
    }

    @Test
    void forceRange_fileClosedOrRemovedMeanwhile_stillWorks() throws IOException {
        Path path = directory().resolve("a");
        DiskFile file = disk().create(path);
        file.writeFully(utf8("abc"), 0);
        FileRange range = disk().mapRange(path, 0, 3);
        file.close();
        range.force(0, 3);
        assertThat(read(path)).isEqualTo("abc");
        disk().delete(path);
        range.force(0, 3);
    }
}
