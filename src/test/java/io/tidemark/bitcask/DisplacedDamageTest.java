package io.tidemark.bitcask;

import static io.tidemark.bitcask.StoreFixture.commit;
import static io.tidemark.bitcask.StoreFixture.file;
import static io.tidemark.bitcask.StoreFixture.generation;
import static io.tidemark.bitcask.StoreFixture.get;
import static io.tidemark.bitcask.StoreFixture.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.FaultyDisk;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** I7: a replaced file's open descriptor is believed only if every durable byte of it is right. */
class DisplacedDamageTest {
    private final FaultyDisk disk = new FaultyDisk(9);

    /** The first byte is the header's, the second one a record's. */
    @ParameterizedTest
    @ValueSource(ints = {8, DataFile.HEADER + DataRecord.HEADER})
    void I7_openFileDamaged_theGoodCopyInItsPlaceIsKept(int at) throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "1");
        generation(store);
        byte[] good = disk.bytes(file(1));
        disk.corrupt(file(1), at, 1);
        disk.delete(file(1));
        disk.put(file(1), good);
        commit(store, 2, "b", "2");
        assertThatThrownBy(() -> store.force(store.snapshot())).isInstanceOf(IOException.class);
        BitcaskRepair repair = BitcaskRepair.begin(store);
        commit(repair.replacement(), 2, "b", "2");
        repair.finish();
        store.close();
        try (Bitcask replacement = repair.replacement()) {
            generation(replacement);
            assertThat(get(replacement, "a")).isEqualTo("1");
        }
        try (Bitcask again = open(disk.crashLosingAllUnforced())) {
            assertThat(again.durableIndex()).isEqualTo(2);
            assertThat(get(again, "a")).isEqualTo("1");
            assertThat(get(again, "b")).isEqualTo("2");
        }
    }
}
