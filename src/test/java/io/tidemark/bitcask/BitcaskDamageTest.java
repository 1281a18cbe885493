package io.tidemark.bitcask;

import static io.tidemark.bitcask.StoreFixture.DIRECTORY;
import static io.tidemark.bitcask.StoreFixture.MANIFEST;
import static io.tidemark.bitcask.StoreFixture.OWNER;
import static io.tidemark.bitcask.StoreFixture.SHARD;
import static io.tidemark.bitcask.StoreFixture.commit;
import static io.tidemark.bitcask.StoreFixture.file;
import static io.tidemark.bitcask.StoreFixture.generation;
import static io.tidemark.bitcask.StoreFixture.get;
import static io.tidemark.bitcask.StoreFixture.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.FaultyDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** I7: whatever was durable and is not as it was is refused by the name of its file; whatever was not is left out. */
final class BitcaskDamageTest {
    private FaultyDisk disk = new FaultyDisk(1);

    @BeforeEach
    void twoFiles() throws IOException {
        try (Bitcask store = open(disk)) {
            commit(store, 1, "a", "first", "b", "second");
            commit(store, 2, "big", "x".repeat(3_900));
            commit(store, 3, "a", "third", "b", null);
            generation(store);
        }
        assertThat(disk.list(DIRECTORY)).containsExactly("0000000001.data", "0000000002.data", Manifest.NAME);
    }

    private static void assertRefused(Disk damaged, Path file) {
        assertThatThrownBy(() -> open(damaged))
                .as(damaged.toString())
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining(file.toString());
    }

    private void assertEachFlipRefused(Path file) {
        int length = disk.bytes(file).length;
        for (int at = 0; at < length; at++) {
            for (int mask : new int[] {0x01, 0x80}) {
                FaultyDisk damaged = disk.copyOf();
                damaged.corrupt(file, at, mask);
                List<Path> before = names(damaged);
                assertRefused(damaged, file);
                assertThat(damaged.openFiles()).as("open after flip at " + at).isEmpty();
                assertThat(names(damaged)).isEqualTo(before);
            }
        }
    }

    private static List<Path> names(FaultyDisk disk) {
        try {
            return disk.list(DIRECTORY).stream().map(DIRECTORY::resolve).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void assertEachTruncationRefused(Path file) {
        byte[] whole = disk.bytes(file);
        for (int length = 0; length < whole.length; length++) {
            FaultyDisk damaged = disk.copyOf();
            damaged.put(file, Arrays.copyOf(whole, length));
            assertRefused(damaged, file);
        }
    }

    @Test
    void open_undamaged_hasEverything() throws IOException {
        try (Bitcask store = open(disk)) {
            assertThat(get(store, "a")).isEqualTo("third");
            assertThat(get(store, "b")).isNull();
            assertThat(get(store, "big")).hasSize(3_900);
            assertThat(store.keys()).isEqualTo(2);
            assertThat(store.durableIndex()).isEqualTo(3);
            assertThat(store.durableTerm()).isEqualTo(StoreFixture.TERM);
        }
    }

    @Test
    void open_anyByteOfDataFlipped_refusesByName() {
        assertEachFlipRefused(file(1));
        assertEachFlipRefused(file(2));
    }

    @Test
    void open_anyByteOfManifestFlipped_refusesByName() {
        assertEachFlipRefused(MANIFEST);
    }

    @Test
    void open_truncatedAnywhere_refusesByName() {
        assertEachTruncationRefused(file(1));
        assertEachTruncationRefused(file(2));
        assertEachTruncationRefused(MANIFEST);
    }

    @Test
    void open_fileMissing_refusesByName() throws IOException {
        for (Path file : List.of(file(1), file(2), MANIFEST)) {
            FaultyDisk damaged = disk.copyOf();
            damaged.delete(file);
            assertRefused(damaged, file);
        }
    }

    @Test
    void open_filesOfAnotherOwner_refuses() {
        BitcaskOptions options = new BitcaskOptions();
        UUID other = new UUID(1, 2);
        assertThatThrownBy(() -> Bitcask.open(disk, DIRECTORY, other, SHARD, options))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining(MANIFEST.toString())
                .hasMessageContaining(OWNER.toString())
                .hasMessageContaining(other.toString());
        assertThatThrownBy(() -> Bitcask.open(disk, DIRECTORY, OWNER, 4, options))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining(MANIFEST.toString())
                .hasMessageContaining("shard 3")
                .hasMessageContaining("shard 4");
    }

    @Test
    void open_dataFileOfAnotherOwner_refusesByName() throws IOException {
        FaultyDisk elsewhere = new FaultyDisk(2);
        Bitcask stranger = Bitcask.open(elsewhere, DIRECTORY, OWNER, 9, new BitcaskOptions());
        commit(stranger, 1, "a", "x".repeat(9_000));
        disk.put(file(1), elsewhere.bytes(file(1)));
        assertRefused(disk, file(1));
    }

    @Test
    void open_dataFileUnderAnotherNumber_refusesByName() {
        byte[] first = disk.bytes(file(1));
        disk.put(file(2), first);
        assertRefused(disk, file(2));
    }

    @Test
    void open_bytesBehindDurableLength_ignored() throws IOException {
        byte[] whole = disk.bytes(file(2));
        disk.put(file(2), Arrays.copyOf(whole, whole.length + 500));
        for (int i = 0; i < 500; i += 3) {
            disk.corrupt(file(2), whole.length + i, 0x5a);
        }
        open_undamaged_hasEverything();
    }

    @Test
    void open_filesThatManifestDoesNotList_removedAndTheirNumbersNotUsedAgain() throws IOException {
        disk.put(file(7), new byte[] {1, 2, 3});
        disk.put(DIRECTORY.resolve("CHECKPOINT.new"), new byte[5]);
        disk.put(DIRECTORY.resolve("notes.txt"), new byte[5]);
        try (Bitcask store = open(disk)) {
            assertThat(disk.list(DIRECTORY))
                    .containsExactly("0000000001.data", "0000000002.data", Manifest.NAME, "notes.txt");
            commit(store, 4, "c", "fourth");
            assertThat(disk.exists(file(8))).isTrue();
        }
    }

    @Test
    void open_refused_removesNothing() {
        disk.put(file(7), new byte[] {1, 2, 3});
        disk.put(DIRECTORY.resolve("CHECKPOINT.new"), new byte[5]);
        disk.corrupt(file(1), disk.bytes(file(1)).length - 1L, 1);
        List<Path> before = names(disk);
        assertRefused(disk, file(1));
        assertThat(names(disk)).isEqualTo(before);
    }

    @Test
    void open_realFileDamaged_refusesByName(@TempDir Path temporary) throws IOException {
        Path directory = temporary.resolve("shard");
        try (Bitcask store = Bitcask.open(Disk.real(), directory, OWNER, SHARD, new BitcaskOptions())) {
            commit(store, 1, "a", "first");
            generation(store);
        }
        try (Bitcask store = Bitcask.open(Disk.real(), directory, OWNER, SHARD, new BitcaskOptions())) {
            assertThat(get(store, "a")).isEqualTo("first");
        }
        Path data = directory.resolve(DataFile.name(1));
        byte[] bytes = Files.readAllBytes(data);
        bytes[bytes.length - 1] ^= 1;
        Files.write(data, bytes);
        assertThatThrownBy(() -> Bitcask.open(Disk.real(), directory, OWNER, SHARD, new BitcaskOptions()))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining(data.toString());
    }

    @Test
    void open_manifestPerhapsNotYetDurable_makesItSoBeforeTrustingIt() throws IOException {
        Bitcask store = open(disk);
        commit(store, 4, "c", "fourth");
        disk.faults().failForceDirectory(DIRECTORY.toString()).after(1).times(1);
        BitcaskSnapshot snapshot = store.snapshot();
        assertThatThrownBy(() -> store.force(snapshot)).isInstanceOf(IOException.class);
        disk = disk.kill();
        long trusted;
        try (Bitcask again = open(disk)) {
            trusted = again.durableIndex();
        }
        try (Bitcask last = open(disk.crashLosingAllUnforced())) {
            assertThat(last.durableIndex()).isGreaterThanOrEqualTo(trusted);
        }
    }
}
