package io.tidemark.bitcask;

import static io.tidemark.bitcask.StoreFixture.DIRECTORY;
import static io.tidemark.bitcask.StoreFixture.MANIFEST;
import static io.tidemark.bitcask.StoreFixture.commit;
import static io.tidemark.bitcask.StoreFixture.file;
import static io.tidemark.bitcask.StoreFixture.generation;
import static io.tidemark.bitcask.StoreFixture.get;
import static io.tidemark.bitcask.StoreFixture.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.FaultOrder;
import io.tidemark.disk.Faults;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.NotReplacedException;
import io.tidemark.disk.Operation;
import io.tidemark.disk.durable.RepairNeed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** I2, I4, I5, I9: what a generation forces, in which order, and what a failure leaves. */
final class BitcaskForceTest {
    private static final String BIG = "x".repeat(4_000);
    private final FaultyDisk disk = new FaultyDisk(3);

    private static String changing(String operation, Path path) {
        return operation + " " + path;
    }

    private List<String> manifestReplaced() {
        Path fresh = DIRECTORY.resolve("CHECKPOINT.new");
        return List.of(
                changing("delete", fresh),
                changing("create", fresh),
                changing("write", fresh),
                changing("force", fresh),
                changing("rename", fresh) + " " + MANIFEST,
                changing("force_directory", DIRECTORY));
    }

    @Test
    void force_newFiles_forcesDataThenDirectoryThenManifest() throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "1");
        commit(store, 2, "big", BIG);
        commit(store, 3, "big", BIG);
        BitcaskSnapshot snapshot = store.snapshot();
        disk.journal().clear();
        store.force(snapshot);
        List<String> lines = disk.journal().lines();
        assertThat(lines.subList(0, 4))
                .as("every file with unsynced bytes, then the directory")
                .containsExactly(
                        changing("force", file(1)),
                        changing("force", file(2)),
                        changing("force", file(3)),
                        changing("force_directory", DIRECTORY));
        assertThat(lines.subList(4, lines.size())).isEqualTo(manifestReplaced());
        assertThat(store.durableIndex()).as("before completed").isZero();
        store.completed(snapshot);
        assertThat(store.durableIndex()).isEqualTo(3);
        for (Path each : List.of(file(1), file(2), file(3), MANIFEST)) {
            assertThat(disk.isForced(each)).as(each.toString()).isTrue();
        }
    }

    @Test
    void force_knownFile_forcesNoDirectoryForItAndNoCleanFile() throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "big", BIG);
        commit(store, 2, "a", "1");
        generation(store);
        commit(store, 3, "b", "2");
        disk.journal().clear();
        generation(store);
        List<String> lines = disk.journal().lines();
        assertThat(lines.get(0)).isEqualTo(changing("force", file(2)));
        assertThat(lines.subList(1, lines.size())).isEqualTo(manifestReplaced());
    }

    @Test
    void force_clean_asksNothingOfTheDisk() throws IOException {
        Bitcask store = open(disk);
        generation(store);
        commit(store, 1, "a", "1");
        generation(store);
        disk.journal().clear();
        generation(store);
        store.snapshot();
        assertThat(disk.journal().records()).isEmpty();
        commit(store, 2, "a", "2");
        generation(store);
        assertThat(disk.journal().count(Operation.FORCE, "*.data")).isEqualTo(1);
    }

    @Test
    void force_entryWithoutChanges_movesTheManifestOnly() throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "1");
        generation(store);
        store.commit(2, 8);
        disk.journal().clear();
        generation(store);
        assertThat(disk.journal().lines()).isEqualTo(manifestReplaced());
        try (Bitcask again = open(disk.crashLosingAllUnforced())) {
            assertThat(again.durableIndex()).isEqualTo(2);
            assertThat(again.durableTerm()).isEqualTo(8);
        }
    }

    @Test
    void force_whileCommitsGoOn_publishesOnlyWhatWasCaptured() throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "1");
        BitcaskSnapshot snapshot = store.snapshot();
        boolean[] once = {false};
        disk.faults().before(Operation.FORCE, "*.data", path -> {
            if (!once[0]) {
                once[0] = true;
                committing(store, 2, "a", "2");
                committing(store, 3, "big", BIG);
                committing(store, 4, "big", null);
            }
        });
        store.force(snapshot);
        store.completed(snapshot);
        assertThat(store.durableIndex()).isEqualTo(1);
        assertThat(store.snapshot().index()).isEqualTo(4);
        assertThat(store.snapshot().unsyncedFiles()).isEqualTo(3);
        FaultyDisk crashed = disk.copyOf().crashLosingAllUnforced();
        try (Bitcask again = open(crashed)) {
            assertThat(again.durableIndex()).isEqualTo(1);
            assertThat(get(again, "a")).isEqualTo("1");
            assertThat(again.keys()).isEqualTo(1);
        }
        generation(store);
        assertThat(store.durableIndex()).isEqualTo(4);
    }

    private static void committing(Bitcask store, long index, String key, @org.jspecify.annotations.Nullable String v) {
        try {
            commit(store, index, key, v);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The force itself succeeds: the kernel may have reported the lost pages to nobody. */
    @ParameterizedTest
    @EnumSource(
            value = Operation.class,
            names = {"FORCE", "FORCE_DIRECTORY", "STAMP"})
    void I2_I5_readerFindsLostBytesDuringAForce_noManifestCallsThemDurable(Operation step) throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "1");
        generation(store);
        commit(store, 2, "big", BIG);
        commit(store, 3, "b", "2");
        BitcaskSnapshot snapshot = store.snapshot();
        boolean[] found = {false};
        disk.faults().before(step, "**", path -> {
            if (!found[0]) {
                found[0] = true;
                disk.corrupt(file(2), DataFile.HEADER + DataRecord.HEADER, 1);
                assertThatThrownBy(() -> get(store, "big")).isInstanceOf(LostRecordException.class);
            }
        });
        disk.journal().clear();
        assertThatThrownBy(() -> store.force(snapshot)).hasMessageContaining("earlier failure");
        assertThat(found[0]).as("the control: the reader was there").isTrue();
        assertThat(disk.journal().count(Operation.RENAME, "**"))
                .as("manifests that say so")
                .isZero();
        assertThat(store.durableIndex()).isEqualTo(1);
        assertThat(store.repairNeed()).isEqualTo(RepairNeed.NEW_FILES);
        try (Bitcask again = open(disk.crash())) {
            assertThat(again.durableIndex()).isEqualTo(1);
            assertThat(get(again, "a")).isEqualTo("1");
        }
    }

    @Test
    void force_olderSnapshotAfterNewer_neverTakesTheManifestBack() throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "1");
        BitcaskSnapshot older = store.snapshot();
        commit(store, 2, "a", "2");
        BitcaskSnapshot newer = store.snapshot();
        store.force(newer);
        store.force(older);
        store.completed(newer);
        store.completed(older);
        assertThat(store.durableIndex()).isEqualTo(2);
        try (Bitcask again = open(disk.crashLosingAllUnforced())) {
            assertThat(again.durableIndex()).isEqualTo(2);
        }
    }

    /** Where a generation breaks. */
    enum Break {
        DATA,
        SECOND_DATA,
        NO_SPACE,
        DIRECTORY,
        MANIFEST_CREATE,
        MANIFEST_WRITE,
        MANIFEST_FORCE,
        MANIFEST_RENAME,
        MANIFEST_DIRECTORY;

        /** What makes up for it: nothing if no force was tried that failed, and the old manifest is certain. */
        RepairNeed need() {
            return switch (this) {
                case DATA, SECOND_DATA, NO_SPACE, DIRECTORY -> RepairNeed.NEW_FILES;
                case MANIFEST_CREATE, MANIFEST_WRITE -> RepairNeed.NOTHING;
                case MANIFEST_FORCE, MANIFEST_RENAME, MANIFEST_DIRECTORY -> RepairNeed.NEW_MANIFEST;
            };
        }

        FaultOrder order(Faults faults) {
            return switch (this) {
                case DATA -> faults.failForce("*.data").times(1);
                case SECOND_DATA -> faults.failForce("*.data").after(1).times(1);
                case NO_SPACE ->
                    faults.failForce("*.data").saying(Faults.NO_SPACE).times(1);
                case DIRECTORY -> faults.failForceDirectory("**").times(1);
                case MANIFEST_CREATE -> faults.failCreate("*.new").times(1);
                case MANIFEST_WRITE -> faults.failWrite("*.new").times(1);
                case MANIFEST_FORCE -> faults.failForce("*.new").times(1);
                case MANIFEST_RENAME -> faults.failRename("*.new").times(1);
                case MANIFEST_DIRECTORY ->
                    faults.failForceDirectory("**").after(1).times(1);
            };
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Break.class,
            names = {"MANIFEST_CREATE", "MANIFEST_WRITE"},
            mode = EnumSource.Mode.EXCLUDE)
    void force_anyStepFailed_isNeverTriedAgain(Break step) throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "1");
        generation(store);
        commit(store, 2, "a", "2");
        commit(store, 3, "big", BIG);
        commit(store, 4, "big", null);
        FaultOrder order = step.order(disk.faults());
        BitcaskSnapshot snapshot = store.snapshot();
        assertThatThrownBy(() -> store.force(snapshot)).isInstanceOf(IOException.class);
        assertThat(order.struck()).isEqualTo(1);
        disk.faults().clear();
        disk.journal().clear();
        BitcaskSnapshot next = store.snapshot();
        assertThatThrownBy(() -> store.force(next), "a force after one that failed")
                .isInstanceOf(IOException.class)
                .hasMessageContaining("earlier");
        assertThat(disk.journal().records()).isEmpty();
        assertThat(store.durableIndex()).isEqualTo(1);
        commit(store, 5, "c", "5");
        assertThat(get(store, "c")).as("the failure does not end applying").isEqualTo("5");

        disk.dropCache();
        for (int seed = 0; seed < 20; seed++) {
            for (FaultyDisk after :
                    List.of(disk.copyOf(seed).crash(), disk.copyOf(seed).kill())) {
                assertReplayedRight(after);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Break.class,
            names = {"MANIFEST_CREATE", "MANIFEST_WRITE"})
    void force_newManifestNotWritten_isNoFailedForceAndMayBeCalledAgain(Break step) throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "1");
        generation(store);
        commit(store, 2, "a", "2");
        commit(store, 3, "big", BIG);
        commit(store, 4, "big", null);
        step.order(disk.faults());
        BitcaskSnapshot snapshot = store.snapshot();
        assertThatThrownBy(() -> store.force(snapshot))
                .isInstanceOf(NotReplacedException.class)
                .hasMessageContaining(MANIFEST + " could not be replaced and is unchanged");
        assertThat(store.repairNeed()).isEqualTo(RepairNeed.NOTHING);
        assertThat(store.durableIndex()).isEqualTo(1);
        assertReplayedRight(disk.copyOf().crashLosingAllUnforced());

        disk.journal().clear();
        generation(store);
        assertThat(disk.journal().lines())
                .as("the same files are forced again, then a manifest of its own")
                .contains(changing("force", file(1)), changing("force", DIRECTORY.resolve("CHECKPOINT.new")));
        assertThat(store.durableIndex()).isEqualTo(4);
        assertReplayedRight(disk.crashLosingAllUnforced());
    }

    /**
     * I5: that there may be another try says nothing about a force that fails in it. The first try has made the names durable,
     * so the one directory sync of the second is the manifest's.
     */
    @ParameterizedTest
    @EnumSource(
            value = Break.class,
            names = {"MANIFEST_CREATE", "MANIFEST_WRITE", "DIRECTORY"},
            mode = EnumSource.Mode.EXCLUDE)
    void I5_force_failsAfterAManifestThatWasNotWritten_isNeverTriedAgain(Break step) throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "1");
        generation(store);
        commit(store, 2, "a", "2");
        commit(store, 3, "big", BIG);
        commit(store, 4, "big", null);
        Break.MANIFEST_CREATE.order(disk.faults());
        assertThatThrownBy(() -> store.force(store.snapshot())).isInstanceOf(NotReplacedException.class);
        if (step == Break.MANIFEST_DIRECTORY) {
            disk.faults().failForceDirectory("**").times(1);
        } else {
            step.order(disk.faults());
        }
        assertThatThrownBy(() -> store.force(store.snapshot())).isNotInstanceOf(NotReplacedException.class);
        assertThat(store.repairNeed()).isEqualTo(step.need());
        assertThatThrownBy(() -> store.force(store.snapshot()), "a force after one that failed")
                .hasMessageContaining("earlier");
        disk.dropCache();
        assertReplayedRight(disk.crash());
    }

    private static void assertReplayedRight(FaultyDisk after) throws IOException {
        try (Bitcask store = open(after)) {
            assertThat(store.durableIndex()).isIn(1L, 4L);
            if (store.durableIndex() == 1) {
                assertThat(get(store, "a")).isEqualTo("1");
                commit(store, 2, "a", "2");
                commit(store, 3, "big", BIG);
                commit(store, 4, "big", null);
            }
            commit(store, 5, "c", "5");
            generation(store);
        }
        after.dropCache();
        try (Bitcask store = open(after.crashLosingAllUnforced())) {
            assertThat(store.durableIndex()).isEqualTo(5);
            assertThat(get(store, "a")).isEqualTo("2");
            assertThat(get(store, "c")).isEqualTo("5");
            assertThat(store.keys()).isEqualTo(2);
        }
    }

    @Test
    void force_firstManifestFailedAndDataCameLater_storeStillOpens() throws IOException {
        Bitcask store = open(disk);
        store.commit(1, StoreFixture.TERM);
        disk.faults().failWrite("*.new").times(1);
        BitcaskSnapshot snapshot = store.snapshot();
        assertThatThrownBy(() -> store.force(snapshot)).isInstanceOf(IOException.class);
        commit(store, 2, "a", "1");
        try (Bitcask again = open(disk.kill())) {
            assertThat(again.durableIndex()).isZero();
            assertThat(again.keys()).isZero();
        }
    }

    /** The sync after the manifest's rename failed and lost the name for good; the next process still finds the manifest. */
    @Test
    void I2_manifestWhoseNameWasLost_isWrittenAgainBeforeItIsBelieved() throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "1");
        generation(store);
        commit(store, 2, "a", "2");
        BitcaskSnapshot snapshot = store.snapshot();
        disk.faults().loseNames(DIRECTORY.toString()).times(1);
        assertThatThrownBy(() -> store.force(snapshot)).isInstanceOf(IOException.class);
        FaultyDisk killed = disk.kill();
        long durableIndex;
        try (Bitcask next = open(killed)) {
            durableIndex = next.durableIndex();
        }
        assertThat(durableIndex).as("what the next process finds").isEqualTo(2);
        try (Bitcask afterTheCut = open(killed.crashLosingAllUnforced())) {
            assertThat(afterTheCut.durableIndex())
                    .as("durable index after a power cut")
                    .isEqualTo(durableIndex);
            assertThat(get(afterTheCut, "a")).isEqualTo("2");
        }
    }

    @Test
    void confirmManifest_noRoom_removesNothingAndMayBeCalledAgain() throws IOException {
        try (Bitcask store = open(disk)) {
            commit(store, 1, "a", "1");
            generation(store);
            commit(store, 2, "big", BIG);
        }
        FaultyDisk killed = disk.kill();
        killed.leaveFree(0);
        try (Bitcask next =
                Bitcask.open(killed, DIRECTORY, StoreFixture.OWNER, StoreFixture.SHARD, new BitcaskOptions(4_096))) {
            assertThatThrownBy(next::confirmManifest).hasMessageContaining(Faults.NO_SPACE);
            assertThat(killed.list(DIRECTORY)).contains("0000000002.data");
            killed.faults().clear();
            next.confirmManifest();
            assertThat(killed.list(DIRECTORY)).containsExactly("0000000001.data", "CHECKPOINT");
            assertThat(get(next, "a")).isEqualTo("1");
        }
    }

    @Test
    void commit_firstFileAfterFailedForceOfParent_directoryBecomesDurable() throws IOException {
        disk.createDirectories(DIRECTORY.resolveSibling("other"));
        Bitcask store = open(disk);
        disk.faults().failForceDirectory("/data").times(1);
        StoreFixture.change(store, "a", "1");
        assertThatThrownBy(() -> store.commit(1, StoreFixture.TERM)).isInstanceOf(IOException.class);
        store.commit(1, StoreFixture.TERM);
        generation(store);
        try (Bitcask again = open(disk.crashLosingAllUnforced())) {
            assertThat(again.durableIndex()).isEqualTo(1);
            assertThat(get(again, "a")).isEqualTo("1");
        }
    }
}
