package io.tidemark.bitcask;

import static io.tidemark.bitcask.StoreFixture.DIRECTORY;
import static io.tidemark.bitcask.StoreFixture.OWNER;
import static io.tidemark.bitcask.StoreFixture.SHARD;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.FaultyDisk;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a store is said to be like beyond what a start would find. */
class StoreInspectionTest {
    private final FaultyDisk disk = new FaultyDisk(4);

    @BeforeEach
    void makeStore() throws IOException {
        try (Bitcask store = StoreFixture.open(disk)) {
            for (int i = 1; i <= 3; i++) {
                StoreFixture.commit(store, i, "k" + i, "v");
            }
            StoreFixture.generation(store);
        }
    }

    private StoreInspection.Report inspect() throws IOException {
        return StoreInspection.of(disk, DIRECTORY, OWNER, SHARD);
    }

    @Test
    void recordAboveTheDurableIndex_isNoticed() throws IOException {
        assertThat(inspect().problems()).isEmpty();
        StoreIdentity owner = new StoreIdentity(OWNER, SHARD);
        Manifest written = Manifest.read(disk, DIRECTORY, owner);
        new Manifest(owner, 2, written.term(), written.nextId(), written.files()).write(disk, DIRECTORY);
        assertThat(inspect().problems())
                .singleElement()
                .asString()
                .contains("0000000001.data", "a record of log entry 3, above the manifest's durable index 2");
    }

    @Test
    void fileThatTheManifestDoesNotList_isListedAsOneThatGoes() throws IOException {
        disk.put(DIRECTORY.resolve("0000000007.data.poisoned"), new byte[0]);
        disk.put(DIRECTORY.resolve("CHECKPOINT.new"), new byte[0]);
        StoreInspection.Report report = inspect();
        assertThat(report.problems()).isEmpty();
        assertThat(report.unlisted()).containsExactlyInAnyOrder("0000000007.data.poisoned", "CHECKPOINT.new");
    }
}
