package io.tidemark.bitcask;

import static io.tidemark.bitcask.StoreFixture.generation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.durable.RepairNeed;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * I2, I7: data files that are removed, replaced or truncated under a running store don't count as durable, and are restored.
 */
final class DisplacedFilesTest {
    private static final String BIG = "x".repeat(3_000);

    private final ModelLog log = new ModelLog();

    /** What an operator does to files, by name, on either kind of disk. */
    private interface Hands {
        void unlink(String name) throws IOException;

        void replace(String name) throws IOException;

        void cutOff(String name, int bytes) throws IOException;

        void unlinkAll() throws IOException;
    }

    /** What is done to a store whose file 1 is listed and sealed, 2 listed and appended to since, 3 not listed yet. */
    enum Deed {
        UNLINK_LISTED("0000000001.data is not there any more"),
        UNLINK_GROWING("0000000002.data is not there any more"),
        UNLINK_NEW("0000000003.data is not there any more"),
        REPLACE_LISTED("0000000001.data is another file now"),
        REPLACE_NEW("0000000003.data is another file now"),
        CUT_NEW("0000000003.data has 70 bytes"),
        CUT_GROWING("0000000002.data has 2"),
        UNLINK_ALL("");

        private final String said;

        Deed(String said) {
            this.said = said;
        }

        void carryOut(Hands hands, long durableOfTwo) throws IOException {
            switch (this) {
                case UNLINK_LISTED -> hands.unlink("0000000001.data");
                case UNLINK_GROWING -> hands.unlink("0000000002.data");
                case UNLINK_NEW -> hands.unlink("0000000003.data");
                case REPLACE_LISTED -> hands.replace("0000000001.data");
                case REPLACE_NEW -> hands.replace("0000000003.data");
                case CUT_NEW -> hands.cutOff("0000000003.data", 70);
                case CUT_GROWING -> hands.cutOff("0000000002.data", (int) durableOfTwo + 1);
                case UNLINK_ALL -> hands.unlinkAll();
            }
        }
    }

    private static Hands on(FaultyDisk disk) {
        return new Hands() {
            private Path path(String name) {
                return StoreFixture.DIRECTORY.resolve(name);
            }

            @Override
            public void unlink(String name) {
                disk.unlink(path(name));
            }

            @Override
            public void replace(String name) {
                disk.put(path(name), new byte[9_000]);
            }

            @Override
            public void cutOff(String name, int bytes) {
                disk.cutOff(path(name), bytes);
            }

            @Override
            public void unlinkAll() throws IOException {
                disk.unlinkAll(StoreFixture.DIRECTORY);
            }
        };
    }

    private static Hands on(Path directory) {
        return new Hands() {
            @Override
            public void unlink(String name) throws IOException {
                Files.delete(directory.resolve(name));
            }

            @Override
            public void replace(String name) throws IOException {
                Path other = Files.write(directory.resolve("other"), new byte[9_000]);
                Files.move(other, directory.resolve(name), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }

            @Override
            public void cutOff(String name, int bytes) throws IOException {
                try (FileChannel channel = FileChannel.open(directory.resolve(name), StandardOpenOption.WRITE)) {
                    channel.truncate(bytes);
                }
            }

            @Override
            public void unlinkAll() throws IOException {
                for (String name : Disk.real().list(directory)) {
                    Files.delete(directory.resolve(name));
                }
                Files.delete(directory);
            }
        };
    }

    private static Bitcask open(Disk disk, Path directory) throws IOException {
        Bitcask store =
                Bitcask.open(disk, directory, StoreFixture.OWNER, StoreFixture.SHARD, new BitcaskOptions(4_096));
        store.confirmManifest();
        return store;
    }

    private Bitcask prepared(Disk disk, Path directory) throws IOException {
        Bitcask store = open(disk, directory);
        log.set("a", "1");
        log.set("big", BIG);
        log.set("big2", BIG.substring(1_000));
        log.apply(store);
        generation(store);
        assertThat(disk.list(directory)).contains("0000000002.data").doesNotContain("0000000003.data");
        log.set("a", "2");
        log.count("n");
        log.set("big3", BIG);
        log.apply(store);
        assertThat(disk.list(directory)).contains("0000000003.data");
        return store;
    }

    private Bitcask repaired(Bitcask store) throws IOException {
        assertThat(store.repairNeed()).isEqualTo(RepairNeed.NEW_FILES);
        BitcaskRepair repair = BitcaskRepair.begin(store);
        log.apply(repair.replacement());
        repair.finish();
        store.close();
        return repair.replacement();
    }

    private void refusedAndRepaired(Deed deed, Hands hands, Disk disk, Path directory) throws IOException {
        Bitcask store = prepared(disk, directory);
        long durable = store.durableIndex();
        deed.carryOut(
                hands,
                disk.readAll(directory.resolve("0000000002.data"), 1 << 20).length - DataRecord.sizeOf(1, 1) * 2);
        BitcaskSnapshot snapshot = store.snapshot();
        assertThatThrownBy(() -> store.force(snapshot))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(deed.said);
        assertThat(store.durableIndex()).isEqualTo(durable);
        Bitcask fresh = repaired(store);
        generation(fresh);
        assertThat(fresh.durableIndex()).isEqualTo(log.last());
        assertThat(log.contents(fresh)).isEqualTo(log.model());
        fresh.close();
    }

    @ParameterizedTest
    @EnumSource(Deed.class)
    void I2_fileTakenAway_isNotBelievedAndComesBack(Deed deed) throws IOException {
        FaultyDisk disk = new FaultyDisk(4);
        refusedAndRepaired(deed, on(disk), disk, StoreFixture.DIRECTORY);
        disk.dropCache();
        try (Bitcask again = open(disk.crashLosingAllUnforced(), StoreFixture.DIRECTORY)) {
            assertThat(again.durableIndex()).as("after a power cut").isEqualTo(log.last());
            assertThat(log.contents(again)).isEqualTo(log.model());
        }
    }

    @ParameterizedTest
    @EnumSource(Deed.class)
    void I2_fileTakenAwayOnARealDisk_isNotBelievedAndComesBack(Deed deed, @TempDir Path temp) throws IOException {
        Path directory = temp.resolve("shard").resolve("data");
        refusedAndRepaired(deed, on(directory), Disk.real(), directory);
        try (Bitcask again = open(Disk.real(), directory)) {
            assertThat(again.durableIndex()).isEqualTo(log.last());
            assertThat(log.contents(again)).isEqualTo(log.model());
        }
    }

    /** Lost durable bytes can't come from the log, which has released them. */
    @Test
    void I7_fileCutBelowItsDurableLength_isRefusedByNameUntilACopyIsPutBack() throws IOException {
        FaultyDisk disk = new FaultyDisk(4);
        Bitcask store = prepared(disk, StoreFixture.DIRECTORY);
        byte[] copy = disk.bytes(StoreFixture.file(1));
        disk.cutOff(StoreFixture.file(1), 100);
        BitcaskSnapshot snapshot = store.snapshot();
        assertThatThrownBy(() -> store.force(snapshot)).hasMessageContaining("0000000001.data has 100 bytes");
        List<String> names = disk.list(StoreFixture.DIRECTORY);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> BitcaskRepair.begin(store))
                    .isInstanceOf(CorruptionException.class)
                    .hasMessageContaining("0000000001.data")
                    .hasMessageContaining("restore it from a copy");
        }
        assertThat(disk.list(StoreFixture.DIRECTORY)).isEqualTo(names);
        Path fresh = StoreFixture.DIRECTORY.resolve("copied");
        try (var file = disk.create(fresh)) {
            file.writeFully(java.nio.ByteBuffer.wrap(copy), 0); // and not forced
        }
        disk.rename(fresh, StoreFixture.file(1));
        Bitcask repaired = repaired(store);
        generation(repaired);
        try (Bitcask again = open(disk.crashLosingAllUnforced(), StoreFixture.DIRECTORY)) {
            assertThat(again.durableIndex()).as("after a power cut").isEqualTo(log.last());
            assertThat(log.contents(again)).isEqualTo(log.model());
        }
    }

    /** Else a start would find the empty one until the next generation. */
    @Test
    void manifestGoneAndAFileNowhere_whenACopyIsPutBack_theManifestIsWrittenAgain() throws IOException {
        FaultyDisk disk = new FaultyDisk(4);
        Bitcask store = prepared(disk, StoreFixture.DIRECTORY);
        Manifest before =
                Manifest.read(disk, StoreFixture.DIRECTORY, new StoreIdentity(StoreFixture.OWNER, StoreFixture.SHARD));
        byte[] copy = disk.bytes(StoreFixture.file(1));
        disk.cutOff(StoreFixture.file(1), 100);
        disk.unlink(StoreFixture.MANIFEST);
        BitcaskSnapshot snapshot = store.snapshot();
        assertThatThrownBy(() -> store.force(snapshot)).hasMessageContaining("0000000001.data has 100 bytes");
        assertThatThrownBy(() -> BitcaskRepair.begin(store)).hasMessageContaining("restore it from a copy");
        disk.put(StoreFixture.file(1), copy);
        BitcaskRepair.begin(store);
        assertThat(Manifest.read(
                        disk, StoreFixture.DIRECTORY, new StoreIdentity(StoreFixture.OWNER, StoreFixture.SHARD)))
                .as("the manifest once its files are back")
                .isEqualTo(before);
    }

    @Test
    void I9_generation_looksAtEachFileOnce() throws IOException {
        FaultyDisk disk = new FaultyDisk(4);
        Bitcask store = prepared(disk, StoreFixture.DIRECTORY);
        disk.journal().clear();
        generation(store);
        assertThat(disk.journal().count(io.tidemark.disk.Operation.STAMP, "*.data"))
                .isEqualTo(3);
        disk.journal().clear();
        generation(store);
        assertThat(disk.journal().size()).as("of a clean store").isZero();
    }
}
