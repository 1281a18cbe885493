package io.tidemark.disk;

import static io.tidemark.disk.DiskContract.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Failed forces, short writes, full disks, hangs, the journal: all but power cuts. */
class FaultyDiskTest {
    private static final int PAGE = MemoryFile.PAGE_BYTES;
    private static final Path DIRECTORY = Path.of("/d");
    private static final Path FILE = DIRECTORY.resolve("1.data");
    private final FaultyDisk disk = new FaultyDisk(7);

    @BeforeEach
    void makeDirectory() throws IOException {
        disk.createDirectories(DIRECTORY);
        disk.journal().clear();
    }

    static byte[] filled(int bytes, char with) {
        byte[] filled = new byte[bytes];
        Arrays.fill(filled, (byte) with);
        return filled;
    }

    private static ByteBuffer pages(int count, char with) {
        return ByteBuffer.wrap(filled(count * PAGE, with));
    }

    @Test
    void failedForce_appended_readsWellUntilCacheDropped_thenZerosAtFullLength() throws IOException {
        disk.faults().failForce("*.data").times(1);
        try (DiskFile file = disk.create(FILE)) {
            file.writeFully(pages(2, 'a'), 0);
            assertThatIOException().isThrownBy(file::force).withMessage("Input/output error");
            file.force();
            assertThat(disk.bytes(FILE)).isEqualTo(filled(2 * PAGE, 'a'));
        }
        disk.dropCache();
        assertThat(disk.bytes(FILE)).isEqualTo(new byte[2 * PAGE]);
    }

    @Test
    void failedForce_overwritten_leavesOldBytes() throws IOException {
        try (DiskFile file = disk.create(FILE)) {
            file.writeFully(pages(2, 'a'), 0);
            file.force();
            file.writeFully(pages(1, 'b'), PAGE);
            disk.faults().failForce("*.data").times(1);
            assertThatIOException().isThrownBy(file::force);
            file.force();
        }
        disk.forceDirectory(DIRECTORY);
        FaultyDisk after = disk.crash();
        assertThat(after.bytes(FILE)).isEqualTo(filled(2 * PAGE, 'a'));
    }

    @Test
    void failedForce_pageWrittenAnew_isDurableByTheNextForce() throws IOException {
        disk.faults().failForce("*.data").times(1);
        try (DiskFile file = disk.create(FILE)) {
            file.writeFully(pages(2, 'a'), 0);
            assertThatIOException().isThrownBy(file::force);
            file.writeFully(utf8("b"), 0);
            file.force();
        }
        disk.dropCache();
        byte[] expected = new byte[2 * PAGE];
        Arrays.fill(expected, 0, PAGE, (byte) 'a');
        expected[0] = 'b';
        assertThat(disk.bytes(FILE)).isEqualTo(expected);
    }

    @Test
    void failedForce_otherDescriptors_hearOnce_laterOnesNever() throws IOException {
        try (DiskFile file = disk.create(FILE);
                DiskFile openBefore = disk.openForRead(FILE)) {
            file.writeFully(utf8("a"), 0);
            disk.faults().failForce("*.data").times(1);
            assertThatIOException().isThrownBy(file::force);
            assertThatIOException().isThrownBy(openBefore::force);
            openBefore.force();
            try (DiskFile openedAfter = disk.openForRead(FILE)) {
                openedAfter.force();
            }
        }
    }

    @Test
    void forceRange_makesItsPagesDurable_andNoOther() throws IOException {
        try (DiskFile file = disk.create(FILE)) {
            disk.forceDirectory(DIRECTORY);
            file.writeFully(pages(4, 'a'), 0);
            FileRange range = disk.mapRange(FILE, PAGE / 2, 3 * PAGE);
            range.force(2 * PAGE - 1, 2);
            byte[] expected = filled(3 * PAGE, 'a');
            Arrays.fill(expected, 0, PAGE, (byte) 0);
            assertThat(disk.durableBytes(FILE)).isEqualTo(expected);
            assertThat(disk.isForced(FILE)).isFalse();
            range.force(PAGE / 2, 3 * PAGE);
            assertThat(disk.isForced(FILE)).isTrue();
            assertThat(disk.journal().records(Operation.FORCE_RANGE, "*.data"))
                    .extracting(OperationRecord::offset, OperationRecord::lengthBytes)
                    .containsExactly(tuple(2L * PAGE - 1, 2L), tuple(PAGE / 2L, 3L * PAGE));
        }
    }

    @Test
    void failedRange_itsPagesAreLost_andOnlyItsOwnDescriptorSaysOkAfterwards() throws IOException {
        disk.faults().failRange("*.data").after(1).saying(Faults.NO_SPACE).times(1);
        try (DiskFile file = disk.create(FILE)) {
            file.writeFully(pages(4, 'a'), 0);
            FileRange range = disk.mapRange(FILE, 0, 4 * PAGE);
            FileRange other = disk.mapRange(FILE, 0, PAGE);
            range.force(0, PAGE);
            assertThatIOException().isThrownBy(() -> range.force(PAGE, PAGE)).withMessage("No space left on device");
            range.force(2 * PAGE, 2 * PAGE);
            range.force(PAGE, PAGE);
            assertThatIOException().as("the writing descriptor, once").isThrownBy(file::force);
            file.force();
            assertThatIOException().as("another mapping, once").isThrownBy(() -> other.force(0, PAGE));
            other.force(0, PAGE);
            disk.mapRange(FILE, 0, PAGE).force(0, PAGE);
            assertThat(disk.bytes(FILE)).isEqualTo(filled(4 * PAGE, 'a'));
        }
        disk.dropCache();
        byte[] expected = filled(4 * PAGE, 'a');
        Arrays.fill(expected, PAGE, 2 * PAGE, (byte) 0);
        assertThat(disk.bytes(FILE)).isEqualTo(expected);
    }

    @Test
    void forceRange_whatIsWrittenWhileItHangs_isNotMadeDurableByIt() throws IOException {
        try (DiskFile file = disk.create(FILE)) {
            disk.forceDirectory(DIRECTORY);
            file.writeFully(pages(1, 'a'), 0);
            disk.faults().before(Operation.FORCE_RANGE, "*.data", path -> {
                try {
                    file.writeFully(pages(1, 'b'), 0);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            disk.mapRange(FILE, 0, PAGE).force(0, PAGE);
        }
        assertThat(disk.durableBytes(FILE)).isEqualTo(filled(PAGE, 'a'));
        assertThat(disk.isForced(FILE)).isFalse();
    }

    @Test
    void failForce_afterAndTimes_strikeExactlyThose() throws IOException {
        FaultOrder order = disk.faults()
                .failForce("**/*.data")
                .after(2)
                .saying(Faults.NO_SPACE)
                .times(2);
        List<Boolean> failed = new ArrayList<>();
        try (DiskFile file = disk.create(FILE);
                DiskFile other = disk.create(DIRECTORY.resolve("1.hint"))) {
            for (int i = 0; i < 6; i++) {
                other.force();
                try {
                    file.force();
                    failed.add(false);
                } catch (IOException e) {
                    assertThat(e).hasMessage("No space left on device");
                    failed.add(true);
                }
            }
        }
        assertThat(failed).containsExactly(false, false, true, true, false, false);
        assertThat(order.struck()).isEqualTo(2);
        assertThat(disk.journal().count(Operation.FORCE, "*.data")).isEqualTo(6);
        assertThat(disk.journal().countFailed(Operation.FORCE, "*.data")).isEqualTo(2);
        assertThat(disk.journal().countFailed(Operation.FORCE, "*.hint")).isZero();
    }

    @Test
    void withProbability_sameSeed_sameOutcome() throws IOException {
        assertThat(strikes(3)).isEqualTo(strikes(3)).isNotEqualTo(strikes(4)).contains(true, false);
    }

    private static List<Boolean> strikes(long seed) throws IOException {
        FaultyDisk disk = new FaultyDisk(seed);
        disk.faults().failWrite("**").withProbability(0.5);
        List<Boolean> failed = new ArrayList<>();
        try (DiskFile file = disk.create(Path.of("/x"))) {
            for (int i = 0; i < 64; i++) {
                try {
                    file.write(utf8("x"), i);
                    failed.add(false);
                } catch (IOException e) {
                    failed.add(true);
                }
            }
        }
        return failed;
    }

    @Test
    void shortWrite_takesSome_writeFullyTakesAll() throws IOException {
        disk.faults().shortWrite("*").times(1);
        try (DiskFile file = disk.create(FILE)) {
            ByteBuffer source = utf8("0123456789");
            int written = file.write(source, 0);
            assertThat(written).isBetween(1, 9);
            assertThat(source.position()).isEqualTo(written);
            file.writeFully(source, written);
        }
        assertThat(disk.bytes(FILE)).isEqualTo("0123456789".getBytes(StandardCharsets.UTF_8));
        assertThat(disk.journal().records(Operation.WRITE, "*"))
                .extracting(OperationRecord::outcome)
                .containsExactly(OperationRecord.Outcome.SHORT, OperationRecord.Outcome.OK);
    }

    @Test
    void limitBytes_firstShortThenNoSpace_overwriteGoesOn_deleteGivesRoom() throws IOException {
        disk.put(DIRECTORY.resolve("old"), new byte[6]);
        disk.faults().limitBytes(10);
        try (DiskFile file = disk.create(FILE)) {
            ByteBuffer source = utf8("abcdef");
            assertThat(file.write(source, 0)).isEqualTo(4);
            assertThatIOException().isThrownBy(() -> file.write(source, 4)).withMessage("No space left on device");
            assertThat(source.remaining()).isEqualTo(2);
            assertThat(file.write(utf8("ABCD"), 0)).isEqualTo(4);
            assertThat(disk.freeBytes()).isZero();

            disk.delete(DIRECTORY.resolve("old"));
            assertThat(file.write(source, 4)).isEqualTo(2);
            assertThat(disk.freeBytes()).isEqualTo(4);
        }
        assertThat(disk.bytes(FILE)).isEqualTo("ABCDef".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void limitBytes_deletedFile_countsWhileOpen() throws IOException {
        disk.faults().limitBytes(10);
        try (DiskFile file = disk.create(FILE)) {
            file.writeFully(utf8("0123456789"), 0);
            disk.delete(FILE);
            assertThat(disk.freeBytes()).isZero();
        }
        assertThat(disk.freeBytes()).isEqualTo(10);
    }

    @Test
    void failingNameOperations_throwAndChangeNothing() throws IOException {
        disk.put(FILE, filled(1, 'a'));
        Path other = DIRECTORY.resolve("other");
        disk.faults().failRename("other").times(1);
        disk.faults().failCreate("other").times(1);
        disk.faults().failForceDirectory("/d").times(1);
        disk.faults().fail(Operation.DELETE, "*.data").times(1);
        assertThatIOException().isThrownBy(() -> disk.rename(FILE, other)).withMessageContaining(Faults.IO_ERROR);
        assertThatIOException().isThrownBy(() -> disk.create(other)).withMessageContaining("/d/other");
        assertThatIOException().isThrownBy(() -> disk.delete(FILE));
        assertThat(disk.list(DIRECTORY)).containsExactly("1.data");
        disk.delete(FILE);
        assertThatIOException().isThrownBy(() -> disk.forceDirectory(DIRECTORY));
        assertThat(disk.isDurable(FILE)).isTrue();
        disk.forceDirectory(DIRECTORY);
        assertThat(disk.isDurable(FILE)).isFalse();
    }

    @Test
    void loseNames_isReportedOnce_andOnlyChangingTheNamesAgainHelps() throws IOException {
        disk.put(FILE, new byte[] {1});
        Path fresh = DIRECTORY.resolve("fresh");
        disk.create(fresh).close();
        disk.rename(fresh, FILE);
        disk.faults().loseNames("/d").times(1);
        assertThatIOException().isThrownBy(() -> disk.forceDirectory(DIRECTORY)).withMessageContaining(Faults.IO_ERROR);
        disk.forceDirectory(DIRECTORY);
        assertThat(disk.bytes(FILE)).as("as everybody sees it").isEmpty();
        assertThat(disk.copyOf().crash().bytes(FILE)).as("after a power cut").isEqualTo(new byte[] {1});
        disk.create(fresh).close();
        disk.rename(fresh, FILE);
        disk.forceDirectory(DIRECTORY);
        assertThat(disk.crash().bytes(FILE)).isEmpty();
    }

    @Test
    void hangingForce_hindersNobody_andLaterBytesAreNotCovered() throws Exception {
        CountDownLatch inForce = new CountDownLatch(1);
        CountDownLatch thaw = new CountDownLatch(1);
        disk.faults().before(Operation.FORCE, "*.data", path -> {
            inForce.countDown();
            await(thaw);
        });
        try (DiskFile file = disk.create(FILE)) {
            disk.forceDirectory(DIRECTORY);
            file.writeFully(pages(2, 'a'), 0);
            CompletableFuture<Void> forced = CompletableFuture.runAsync(() -> forceUnchecked(file));
            await(inForce);
            file.writeFully(pages(2, 'b'), PAGE);
            assertThat(disk.bytes(FILE)).hasSize(3 * PAGE);
            assertThat(disk.durableBytes(FILE)).isEmpty();
            thaw.countDown();
            forced.get(10, TimeUnit.SECONDS);

            byte[] expected = filled(2 * PAGE, 'a');
            assertThat(disk.durableBytes(FILE)).isEqualTo(expected);
            assertThat(disk.bytes(FILE)).startsWith(filled(PAGE, 'a')).endsWith(filled(2 * PAGE, 'b'));
            assertThat(disk.copyOf().crashLosingAllUnforced().bytes(FILE)).isEqualTo(expected);

            file.force();
            assertThat(disk.durableBytes(FILE)).as("by the next force").isEqualTo(disk.bytes(FILE));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void forceUnchecked(DiskFile file) {
        try {
            file.force();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void journal_lines_giveTheOrder() throws IOException {
        Path log = DIRECTORY.resolve("LOG");
        disk.replace(log, filled(3, 'x'));
        disk.delete(FILE);
        assertThat(disk.journal().lines())
                .containsSubsequence(
                        "write /d/LOG.new",
                        "force /d/LOG.new",
                        "rename /d/LOG.new /d/LOG",
                        "force_directory /d",
                        "delete /d/1.data");
        assertThat(disk.journal().records(Operation.WRITE, "LOG.*"))
                .singleElement()
                .satisfies(each -> assertThat(each.lengthBytes()).isEqualTo(3));
        assertThat(disk.openFiles()).isEmpty();
    }

    @Test
    void corrupt_flipsCachedAndDurable() throws IOException {
        disk.put(FILE, new byte[] {1, 2, 3});
        disk.corrupt(FILE, 1, 0xFF);
        assertThat(disk.bytes(FILE)).isEqualTo(new byte[] {1, (byte) 0xFD, 3});
        assertThat(disk.crashLosingAllUnforced().bytes(FILE)).isEqualTo(new byte[] {1, (byte) 0xFD, 3});
    }

    @Test
    void copyOf_isIndependent_andKeepsWhatIsUnforced() throws IOException {
        try (DiskFile file = disk.create(FILE)) {
            file.writeFully(utf8("one"), 0);
            FaultyDisk fork = disk.copyOf();
            file.writeFully(utf8("two"), 0);
            file.force();
            assertThat(fork.bytes(FILE)).isEqualTo("one".getBytes(StandardCharsets.UTF_8));
            assertThat(fork.isForced(FILE)).isFalse();
            assertThat(fork.crashLosingAllUnforced().exists(FILE)).isFalse();
        }
        assertThat(disk.bytes(FILE)).isEqualTo("two".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void kill_keepsThePageCache_andForgetsTheFailedForce() throws IOException {
        DiskFile file = disk.create(FILE);
        disk.forceDirectory(DIRECTORY);
        file.writeFully(utf8("lost"), 0);
        disk.faults().failForce("**").times(1);
        assertThatIOException().isThrownBy(file::force);
        FaultyDisk after = disk.kill();
        assertThatThrownBy(file::size).isInstanceOf(IOException.class).hasMessageContaining("killed");
        assertThat(after.bytes(FILE)).isEqualTo("lost".getBytes(StandardCharsets.UTF_8));
        try (DiskFile reader = after.openForRead(FILE)) {
            reader.force();
        }
        assertThat(after.crashLosingAllUnforced().bytes(FILE)).isEqualTo(new byte[4]);
    }
}
