package io.tidemark.bitcask;

import static io.tidemark.bitcask.StoreFixture.TERM;
import static io.tidemark.bitcask.StoreFixture.bytes;
import static io.tidemark.bitcask.StoreFixture.change;
import static io.tidemark.bitcask.StoreFixture.commit;
import static io.tidemark.bitcask.StoreFixture.file;
import static io.tidemark.bitcask.StoreFixture.generation;
import static io.tidemark.bitcask.StoreFixture.get;
import static io.tidemark.bitcask.StoreFixture.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import io.tidemark.disk.durable.RepairNeed;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** One log entry's way into the data files. */
final class BitcaskCommitTest {
    private final FaultyDisk disk = new FaultyDisk(5);

    @Test
    void commit_severalKeys_visibleTogetherAndOnlyThen() throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "old");
        change(store, "a", "new", "b", "1");
        assertThat(get(store, "a")).isEqualTo("old");
        assertThat(store.contains(bytes("b"))).isFalse();
        assertThat(store.pending(bytes("a"))).isEqualTo(bytes("new"));
        assertThat(store.pendingContains(bytes("b"))).isTrue();
        store.commit(2, TERM);
        assertThat(get(store, "a")).isEqualTo("new");
        assertThat(get(store, "b")).isEqualTo("1");
        assertThat(store.valueLength(bytes("b"))).isEqualTo(1);
        assertThat(store.snapshot().index()).isEqualTo(2);
        assertThat(store.snapshot().term()).isEqualTo(TERM);
    }

    @Test
    void commit_keyTouchedTwice_lastValueWins() throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "1", "b", "1", "a", "2", "b", null, "c", null, "c", "3");
        assertThat(get(store, "a")).isEqualTo("2");
        assertThat(get(store, "b")).isNull();
        assertThat(get(store, "c")).isEqualTo("3");
        generation(store);
        try (Bitcask again = open(disk.crashLosingAllUnforced())) {
            assertThat(get(again, "a")).isEqualTo("2");
            assertThat(get(again, "c")).isEqualTo("3");
            assertThat(again.keys()).isEqualTo(2);
        }
    }

    @Test
    void commit_nothingChanged_advancesTheIndexWithoutADiskOperation() throws IOException {
        Bitcask store = open(disk);
        disk.journal().clear();
        assertThat(store.commit(1, TERM)).isZero();
        assertThat(store.snapshot().index()).isEqualTo(1);
        assertThat(disk.journal().records()).isEmpty();
    }

    @Test
    void commit_forcesNoDataFile_evenWhenItRotates() throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "1");
        disk.journal().clear();
        for (int i = 2; i < 20; i++) {
            commit(store, i, "k" + i, "x".repeat(1_900));
        }
        assertThat(disk.journal().count(Operation.CREATE, "*.data")).isEqualTo(8);
        assertThat(disk.journal().count(Operation.FORCE, "**")).isZero();
        assertThat(disk.journal().count(Operation.FORCE_DIRECTORY, "**")).isZero();
    }

    @Test
    void commit_shortWrites_goesOnWhereTheyStopped() throws IOException {
        Bitcask store = open(disk, 1 << 20);
        disk.faults().shortWrite("*.data").withProbability(0.7);
        for (int i = 1; i <= 50; i++) {
            commit(store, i, "k" + i, "v".repeat(i * 10), "last", String.valueOf(i));
        }
        generation(store);
        assertThat(disk.journal().records(Operation.WRITE, "*.data").stream()
                        .filter(each -> each.line().endsWith("SHORT")))
                .hasSizeGreaterThan(20);
        try (Bitcask again = open(disk.crashLosingAllUnforced())) {
            assertThat(again.keys()).isEqualTo(51);
            assertThat(get(again, "k33")).isEqualTo("v".repeat(330));
            assertThat(get(again, "last")).isEqualTo("50");
        }
    }

    @Test
    void commit_fullDiskThenRoom_isRepeatedAtTheSameOffset() throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "1");
        int length = disk.bytes(file(1)).length;
        disk.faults().limitBytes(length + 150L);
        change(store, "a", "2", "b", "y".repeat(900));
        for (int attempt = 0; attempt < 3; attempt++) {
            assertThatThrownBy(() -> store.commit(2, TERM)).isInstanceOf(IOException.class);
            assertThat(get(store, "a")).isEqualTo("1");
            assertThat(get(store, "b")).isNull();
            assertThat(store.snapshot().index()).isEqualTo(1);
        }
        disk.faults().clear();
        store.commit(2, TERM);
        assertThat(get(store, "a")).isEqualTo("2");
        assertThat(disk.journal().records(Operation.WRITE, "*.data").stream().filter(each -> each.offset() == length))
                .hasSizeGreaterThanOrEqualTo(2);
        assertThat(disk.exists(file(2))).as("another file").isFalse();
        generation(store);
        try (Bitcask again = open(disk.crashLosingAllUnforced())) {
            assertThat(again.durableIndex()).isEqualTo(2);
            assertThat(get(again, "b")).isEqualTo("y".repeat(900));
        }
    }

    @Test
    void commit_writeFailsForAnythingButRoom_isRepeatedIntoANewFile() throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "1");
        change(store, "a", "2");
        disk.faults().failWrite(file(1).toString()).always();
        assertThatThrownBy(() -> store.commit(2, TERM)).isInstanceOf(IOException.class);
        assertThat(get(store, "a")).isEqualTo("1");
        disk.faults().failCreate("*.data").times(1);
        assertThatThrownBy(() -> store.commit(2, TERM))
                .as("no other file either")
                .isInstanceOf(IOException.class);
        store.commit(2, TERM);
        assertThat(get(store, "a")).isEqualTo("2");
        assertThat(store.keys()).isEqualTo(1);
        generation(store);
        try (Bitcask again = open(disk.crashLosingAllUnforced())) {
            assertThat(again.durableIndex()).isEqualTo(2);
            assertThat(get(again, "a")).isEqualTo("2");
        }
    }

    @Test
    void commit_headersCanNotBeWritten_leavesNoFiles() throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "x".repeat(4_000));
        int names = disk.list(StoreFixture.DIRECTORY).size();
        disk.faults()
                .failWrite("*.data")
                .saying(io.tidemark.disk.Faults.NO_SPACE)
                .times(20);
        change(store, "b", "x".repeat(4_000));
        for (int attempt = 0; attempt < 20; attempt++) {
            assertThatThrownBy(() -> store.commit(2, TERM)).isInstanceOf(IOException.class);
        }
        assertThat(disk.list(StoreFixture.DIRECTORY)).hasSize(names);
        store.commit(2, TERM);
        assertThat(get(store, "b")).hasSize(4_000);
    }

    @Test
    void commit_newFileCanNotBeMade_isRepeatedIntoAnother() throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "x".repeat(4_000));
        change(store, "b", "x".repeat(4_000));
        disk.faults().failCreate("*.data").times(1);
        disk.faults().failWrite("*.data").times(1);
        assertThatThrownBy(() -> store.commit(2, TERM)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> store.commit(2, TERM)).isInstanceOf(IOException.class);
        assertThat(get(store, "b")).isNull();
        store.commit(2, TERM);
        generation(store);
        try (Bitcask again = open(disk.crashLosingAllUnforced())) {
            assertThat(get(again, "a")).hasSize(4_000);
            assertThat(get(again, "b")).hasSize(4_000);
        }
    }

    @Test
    void abandon_afterAFailedWrite_leavesNoTrace() throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "1");
        change(store, "a", "never", "b", "never");
        disk.faults().failWrite("*.data").times(1);
        assertThatThrownBy(() -> store.commit(2, TERM)).isInstanceOf(IOException.class);
        store.abandon();
        assertThat(store.pending(bytes("a"))).isEqualTo(bytes("1"));
        commit(store, 2, "c", "2");
        assertThat(get(store, "a")).isEqualTo("1");
        assertThat(store.keys()).isEqualTo(2);
    }

    @Test
    void commit_entryLargerThanAFile_getsOneOfItsOwn() throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "a", "1");
        commit(store, 2, "b", "y".repeat(50_000), "c", "z".repeat(50_000));
        commit(store, 3, "d", "4");
        assertThat(disk.bytes(file(2))).hasSizeGreaterThan(100_000);
        assertThat(disk.exists(file(3))).isTrue();
        generation(store);
        try (Bitcask again = open(disk.crashLosingAllUnforced())) {
            assertThat(get(again, "c")).isEqualTo("z".repeat(50_000));
            assertThat(again.keys()).isEqualTo(4);
        }
    }

    @Test
    void get_anyByteOfTheRecordDamaged_isCorruptionAndNotMissing() throws IOException {
        Bitcask store = open(disk);
        long bytes = commit(store, 1, "key", "value");
        generation(store);
        for (long at = DataFile.HEADER; at < DataFile.HEADER + bytes; at++) {
            disk.corrupt(file(1), at, 4);
            assertThatThrownBy(() -> get(store, "key"))
                    .as("byte " + at)
                    .isInstanceOf(CorruptionException.class)
                    .hasMessageContaining(file(1).toString());
            disk.corrupt(file(1), at, 4);
            assertThat(get(store, "key")).isEqualTo("value");
        }
    }

    @Test
    void get_lostByAFailedForce_isUnprovenAndNotMissing() throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "key", "value");
        disk.faults().failForce("*.data").times(1);
        BitcaskSnapshot snapshot = store.snapshot();
        assertThatThrownBy(() -> store.force(snapshot)).isInstanceOf(IOException.class);
        disk.dropCache();
        assertThatThrownBy(() -> get(store, "key"))
                .isInstanceOf(LostRecordException.class)
                .hasMessageContaining(file(1).toString());
    }

    @Test
    void get_damageAboveTheDurableLength_endsForcing() throws IOException {
        Bitcask store = open(disk);
        commit(store, 1, "key", "value");
        disk.corrupt(file(1), DataFile.HEADER + 30, 1);
        assertThatThrownBy(() -> get(store, "key")).isInstanceOf(LostRecordException.class);
        assertThat(store.repairNeed()).isEqualTo(RepairNeed.NEW_FILES);
        disk.journal().clear();
        BitcaskSnapshot snapshot = store.snapshot();
        assertThatThrownBy(() -> store.force(snapshot)).hasMessageContaining("earlier");
        assertThat(disk.journal().count(Operation.FORCE, "**"))
                .as("damaged bytes made durable")
                .isZero();
    }

    @Test
    void keys_ofAnyLengthUpToTheMost_comeBack() throws IOException {
        Bitcask store = open(disk);
        String longest = "k".repeat(DataRecord.MAX_KEY);
        commit(store, 1, "", "empty key", "empty value", "", longest, "long key");
        generation(store);
        try (Bitcask again = open(disk.crashLosingAllUnforced())) {
            assertThat(get(again, "")).isEqualTo("empty key");
            assertThat(get(again, "empty value")).isEmpty();
            assertThat(get(again, longest)).isEqualTo("long key");
        }
        byte[] tooLong = new byte[DataRecord.MAX_KEY + 1];
        assertThatThrownBy(() -> store.put(tooLong, tooLong)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.remove(tooLong)).isInstanceOf(IllegalArgumentException.class);
    }
}
