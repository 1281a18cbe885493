package io.tidemark.bitcask;

import static io.tidemark.bitcask.StoreFixture.DIRECTORY;
import static io.tidemark.bitcask.StoreFixture.OWNER;
import static io.tidemark.bitcask.StoreFixture.SHARD;
import static io.tidemark.bitcask.StoreFixture.commit;
import static io.tidemark.bitcask.StoreFixture.file;
import static io.tidemark.bitcask.StoreFixture.generation;
import static io.tidemark.bitcask.StoreFixture.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.FaultyDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a store says of itself, which decides when it is forced and whether it opens. */
class StoreStateTest {
    private final FaultyDisk disk = new FaultyDisk(8);

    private long bytesOnDisk(int... files) throws IOException {
        long sum = 0;
        for (int id : files) {
            sum += disk.bytes(file(id)).length;
        }
        return sum;
    }

    @Test
    void snapshot_unsynced_isWhatTheNextForceHasToWrite() throws IOException {
        try (Bitcask store = open(disk)) {
            assertThat(store.snapshot().unsyncedBytes()).isZero();
            assertThat(store.snapshot().unsyncedFiles()).isZero();
            commit(store, 1, "a", "x".repeat(4_000));
            commit(store, 2, "b", "2");
            assertThat(store.snapshot().unsyncedFiles()).isEqualTo(2);
            assertThat(store.snapshot().unsyncedBytes()).isEqualTo(bytesOnDisk(1, 2));
            BitcaskSnapshot before = store.snapshot();
            generation(store);
            assertThat(store.snapshot().unsyncedBytes()).isZero();
            assertThat(store.snapshot().unsyncedFiles()).isZero();
            assertThat(before.unsyncedBytes()).as("of an older snapshot").isZero();
            long more = commit(store, 3, "c", "3");
            assertThat(more).isEqualTo(DataRecord.sizeOf(1, 1));
            assertThat(store.snapshot().unsyncedBytes()).isEqualTo(more);
            assertThat(store.snapshot().unsyncedFiles()).isEqualTo(1);
        }
        try (Bitcask again = open(disk.crashLosingAllUnforced())) {
            assertThat(again.snapshot().unsyncedBytes()).isZero();
            assertThat(again.snapshot().unsyncedFiles()).isZero();
            assertThat(again.snapshot().index()).isEqualTo(2);
            assertThat(again.snapshot().term()).isEqualTo(StoreFixture.TERM);
        }
    }

    /** The manifest is first written after the log's first entry, so an empty log beside one has lost entries. */
    @Test
    void I7_manifestBesideAnEmptyLog_isRefused() throws IOException {
        try (Bitcask store = open(disk)) {
            assertThatCode(() -> store.requireLog(0)).as("never written").doesNotThrowAnyException();
            commit(store, 1, "a", "1");
            assertThatThrownBy(() -> store.requireLog(0))
                    .isInstanceOf(CorruptionException.class)
                    .hasMessage(Bitcask.missingLogMessage(DIRECTORY))
                    .hasMessageContaining(StoreFixture.MANIFEST.toString())
                    .hasMessageContaining("restore the log from a copy");
            assertThatCode(() -> store.requireLog(1)).doesNotThrowAnyException();
            generation(store);
        }
        try (Bitcask again = Bitcask.open(disk, DIRECTORY, OWNER, SHARD, new BitcaskOptions(4_096))) {
            assertThatThrownBy(() -> again.requireLog(0)).isInstanceOf(CorruptionException.class);
            assertThatCode(() -> again.requireLog(1)).doesNotThrowAnyException();
        }
    }

    @Test
    void keyArena_keysOfAnyLength_comeBackAndAreTheirOwn() {
        KeyArena arena = new KeyArena();
        List<byte[]> keys = new ArrayList<>();
        List<Long> positions = new ArrayList<>();
        long bytes = 0;
        for (int length : new int[] {0, 1, 2, 255, 256, 257, 1_000, 1_019, 1_022, 1_023, 32_768, 65_534, 65_535}) {
            for (int copy = 0; copy < 20; copy++) { // through several chunks
                byte[] key = new byte[length];
                Arrays.fill(key, (byte) (200 + copy));
                positions.add(arena.add(key));
                keys.add(key);
                bytes += length + 2;
                assertThat(arena.bytes()).isEqualTo(bytes);
            }
        }
        assertThat(positions).doesNotHaveDuplicates();
        for (int i = 0; i < keys.size(); i++) {
            byte[] key = keys.get(i);
            assertThat(arena.get(positions.get(i))).isEqualTo(key);
            assertThat(arena.sizeAt(positions.get(i))).isEqualTo(key.length + 2);
            assertThat(arena.matches(positions.get(i), key)).isTrue();
            assertThat(arena.matches(positions.get(i), Arrays.copyOf(key, key.length + 1)))
                    .isFalse();
            if (key.length > 0) {
                assertThat(arena.matches(positions.get(i), Arrays.copyOf(key, key.length - 1)))
                        .isFalse();
                byte[] other = key.clone();
                other[key.length - 1]++;
                assertThat(arena.matches(positions.get(i), other)).isFalse();
            }
        }
    }
}
