package io.tidemark.bitcask;

import static io.tidemark.bitcask.StoreFixture.DIRECTORY;
import static io.tidemark.bitcask.StoreFixture.OWNER;
import static io.tidemark.bitcask.StoreFixture.SHARD;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.FaultyDisk;
import java.io.IOException;
import java.util.List;
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

    /** Bytes above the durable length are counted apart: the next start ignores them. */
    @Test
    void report_ofAnUndamagedStore_countsWhatAStartWouldFind() throws IOException {
        long durable;
        try (Bitcask store = StoreFixture.open(disk)) {
            StoreFixture.commit(store, 4, "k4", "v".repeat(5_000));
            StoreFixture.commit(store, 5, "k1", null);
            StoreFixture.generation(store);
            durable = (long) disk.bytes(StoreFixture.file(1)).length
                    + disk.bytes(StoreFixture.file(2)).length
                    + disk.bytes(StoreFixture.file(3)).length;
            StoreFixture.commit(store, 6, "k5", "12345");
        }
        assertThat(inspect())
                .isEqualTo(new StoreInspection.Report(
                        5, true, 3, 5, durable, DataRecord.sizeOf(2, 5), List.of(), List.of()));
    }

    @Test
    void report_ofADirectoryThatWasNeverWrittenTo_hasNoProblem() throws IOException {
        disk.createDirectories(DIRECTORY.resolveSibling("shard-4"));
        assertThat(StoreInspection.of(disk, DIRECTORY.resolveSibling("shard-4"), OWNER, 4))
                .isEqualTo(new StoreInspection.Report(0, false, 0, 0, 0, 0, List.of(), List.of()));
    }

    /** With a problem no start removes a file, so none is listed as one that goes. */
    @Test
    void I7_manifestMissingOrDamaged_isTheProblemAndNoFileGoes() throws IOException {
        disk.put(DIRECTORY.resolve("0000000007.data.poisoned"), new byte[0]);
        disk.corrupt(StoreFixture.MANIFEST, 40, 1);
        assertThat(inspect().problems()).singleElement().asString().contains("CHECKPOINT is damaged");
        assertThat(inspect().durableIndex()).isEqualTo(-1);
        assertThat(inspect().hasManifest()).isTrue();
        assertThat(inspect().unlisted()).isEmpty();
        disk.delete(StoreFixture.MANIFEST);
        assertThat(inspect().problems())
                .singleElement()
                .asString()
                .contains("CHECKPOINT is missing, but there is 0000000001.data");
        assertThat(inspect().hasManifest()).isFalse();
        assertThat(inspect().unlisted()).isEmpty();
    }

    @Test
    void I7_everyDamagedFile_isAProblemOfItsOwn() throws IOException {
        try (Bitcask store = StoreFixture.open(disk)) {
            StoreFixture.commit(store, 4, "k4", "v");
            StoreFixture.generation(store);
        }
        disk.corrupt(StoreFixture.file(1), DataFile.HEADER + 3, 1);
        disk.corrupt(StoreFixture.file(2), 0, 1);
        assertThat(inspect().problems())
                .satisfiesExactly(
                        first -> assertThat(first).contains("0000000001.data is damaged at offset 64"),
                        second -> assertThat(second).contains("header of data file", "0000000002.data"));
    }
}
