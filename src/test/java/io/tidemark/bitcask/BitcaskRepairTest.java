package io.tidemark.bitcask;

import static io.tidemark.bitcask.StoreFixture.DIRECTORY;
import static io.tidemark.bitcask.StoreFixture.MANIFEST;
import static io.tidemark.bitcask.StoreFixture.file;
import static io.tidemark.bitcask.StoreFixture.generation;
import static io.tidemark.bitcask.StoreFixture.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.bitcask.BitcaskForceTest.Break;
import io.tidemark.disk.Faults;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import io.tidemark.disk.OperationRecord;
import io.tidemark.disk.durable.Quarantine;
import io.tidemark.disk.durable.RepairNeed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** I5 to I8: what a repair writes, what it leaves, and what a power cut at any of its steps finds. */
final class BitcaskRepairTest {
    private static final String BIG = "x".repeat(3_000);

    private final FaultyDisk disk = FaultyDisk.seeded();
    private final ModelLog log = new ModelLog();
    private Bitcask store;

    @BeforeEach
    void proveSomeAndApplyMore() throws IOException {
        store = open(disk);
        log.set("a", "1");
        log.count("n");
        log.set("big", BIG);
        log.apply(store);
        generation(store);
        log.count("n");
        log.set("a", null);
        log.set("b", "2");
        log.set("big", BIG + "2");
        log.count("n");
        log.set("big2", BIG);
        log.apply(store);
    }

    private void breakGeneration(Break step) {
        var order = step.order(disk.faults());
        BitcaskSnapshot snapshot = store.snapshot();
        assertThatThrownBy(() -> store.force(snapshot)).isInstanceOf(IOException.class);
        assertThat(order.struck()).isEqualTo(1);
        disk.faults().clear();
    }

    /** What a shard does when its store is broken; the log's last entries come while it is under way. */
    private void repair() throws IOException {
        switch (store.repairNeed()) {
            case NOTHING -> {}
            case NEW_MANIFEST -> store.rewriteManifest();
            case NEW_FILES -> {
                BitcaskRepair repair = BitcaskRepair.begin(store);
                try {
                    log.apply(repair.replacement());
                } catch (IOException e) {
                    repair.abandon();
                    throw e;
                }
                repair.finish();
                store.close();
                store = repair.replacement();
            }
        }
    }

    private void assertRecovers(FaultyDisk after, String when) throws IOException {
        try (Bitcask again = open(after)) {
            assertThat(again.durableIndex()).as(when).isBetween(3L, log.last());
            log.apply(again);
            assertThat(log.contents(again)).as(when).isEqualTo(log.model());
            assertThat(again.keys()).as(when).isEqualTo(log.model().size());
            assertThat(after.list(DIRECTORY)).as(when).noneMatch(name -> name.endsWith(Quarantine.SUFFIX));
            generation(again);
        }
        after.dropCache();
        try (Bitcask again = open(after.crashLosingAllUnforced())) {
            assertThat(again.durableIndex()).as(when).isEqualTo(log.last());
            assertThat(log.contents(again)).as(when).isEqualTo(log.model());
        }
    }

    @ParameterizedTest
    @EnumSource(Break.class)
    void repair_anyStepFailed_losesNothing(Break step) throws IOException {
        breakGeneration(step);
        assertThat(store.repairNeed()).isEqualTo(step.need());
        repair();
        assertThat(store.repairNeed()).isEqualTo(RepairNeed.NOTHING);
        generation(store);
        assertThat(store.durableIndex()).isEqualTo(log.last());
        disk.dropCache();
        assertThat(log.contents(store)).isEqualTo(log.model());
        try (Bitcask again = open(disk.copyOf().crashLosingAllUnforced())) {
            assertThat(again.durableIndex()).as("durable after the generation").isEqualTo(log.last());
            assertThat(log.contents(again)).isEqualTo(log.model());
        }
    }

    @ParameterizedTest
    @EnumSource(Break.class)
    void repair_powerCutAtAnyStep_recovers(Break step) throws IOException {
        breakGeneration(step);
        List<FaultyDisk> states = new ArrayList<>();
        List<String> steps = new ArrayList<>();
        disk.afterEachOperation(operation -> {
            for (int fork = 0; fork < 8; fork++) {
                states.add(disk.copyOf(disk.seed() * 31 + 8L * operation.number() + fork));
                steps.add("seed " + disk.seed() + ", " + operation.line() + ", fork " + fork);
            }
        });
        log.count("n");
        log.apply(store);
        repair();
        log.count("n");
        log.apply(store);
        generation(store);
        log.set("c", "3");
        log.apply(store);
        generation(store);
        disk.afterEachOperation(null);
        assertThat(states).hasSizeGreaterThan(100);
        for (int i = 0; i < states.size(); i++) {
            FaultyDisk at = states.get(i);
            if (i % 8 == 7) {
                at.dropCache();
            }
            assertRecovers(i % 8 == 0 ? at.crashLosingAllUnforced() : i % 8 < 6 ? at.crash() : at.kill(), steps.get(i));
        }
    }

    @Test
    void repair_poisonedFiles_areNeverWrittenNorForcedAgain() throws IOException {
        breakGeneration(Break.SECOND_DATA);
        Set<String> poisoned = Set.of(file(1).toString(), file(2).toString(), file(3).toString());
        disk.journal().clear();
        log.count("n");
        log.apply(store);
        repair();
        log.count("n");
        log.apply(store);
        generation(store);
        assertThat(disk.journal().records())
                .filteredOn(each -> each.operation() == Operation.WRITE || each.operation() == Operation.FORCE)
                .as("writes and forces of files whose force failed, and of those forced with them")
                .noneMatch(each -> poisoned.contains(each.path().toString()))
                .as("the control: others were")
                .anyMatch(each -> each.path().toString().endsWith(".data"));
    }

    @Test
    void repair_unlistedFiles_areSetAsideUntilALaterGenerationIsDurable() throws IOException {
        breakGeneration(Break.DATA);
        repair();
        assertThat(disk.list(DIRECTORY))
                .contains("0000000001.data", "0000000002.data.poisoned", "0000000003.data.poisoned")
                .doesNotContain("0000000002.data", "0000000003.data");
        assertThat(store.quarantinedFiles())
                .as("two quarantined, one with a dead tail")
                .isEqualTo(3);
        generation(store);
        assertThat(disk.list(DIRECTORY)).contains("0000000001.data").noneMatch(name -> name.endsWith(".poisoned"));
        assertThat(store.quarantinedFiles()).isZero();
        assertThat(disk.journal().lines())
                .as("removed after the manifest's directory sync")
                .containsSubsequence(
                        "rename " + DIRECTORY + "/CHECKPOINT.new " + MANIFEST,
                        "force_directory " + DIRECTORY,
                        "delete " + file(2) + ".poisoned",
                        "delete " + file(3) + ".poisoned");
    }

    @Test
    void open_afterAPowerCutInTheMidst_removesWhatWasSetAside() throws IOException {
        breakGeneration(Break.DATA);
        repair();
        store.close();
        try (Bitcask again = open(disk.kill())) {
            log.apply(again);
            assertThat(log.contents(again)).isEqualTo(log.model());
        }
    }

    @Test
    void repair_newFilesFailToo_beginsAnewAndDiskUseStaysBounded() throws IOException {
        breakGeneration(Break.DATA);
        Set<Integer> counts = new TreeSet<>();
        for (int attempt = 0; attempt < 20; attempt++) {
            switch (attempt % 4) {
                case 0 ->
                    disk.faults().failCreate("*.data").after(attempt % 8 / 4).times(1);
                case 1 ->
                    disk.faults()
                            .failWrite("*.data")
                            .after(attempt % 3)
                            .saying(Faults.NO_SPACE)
                            .times(1);
                case 2 -> disk.faults().fail(Operation.OPEN, "*.data").times(1);
                default -> disk.faults().failForce("*.data").after(attempt % 2).times(1);
            }
            assertThatThrownBy(() -> {
                        repair();
                        generation(store);
                    })
                    .as("attempt %d", attempt)
                    .isInstanceOf(IOException.class);
            disk.faults().clear();
            assertThat(log.contents(store)).isEqualTo(log.model());
            counts.add(disk.list(DIRECTORY).size());
        }
        assertThat(counts).as("files after each attempt").allMatch(count -> count <= 8);
        repair();
        generation(store);
        assertThat(disk.list(DIRECTORY))
                .as("manifest, durable file, new files")
                .hasSizeLessThanOrEqualTo(5)
                .noneMatch(name -> name.endsWith(Quarantine.SUFFIX));
        disk.dropCache();
        assertRecovers(disk.copyOf().crashLosingAllUnforced(), "after many attempts");
    }

    @Test
    void repair_fileThatCanNotBeSetAsideOrRemoved_goesLater() throws IOException {
        breakGeneration(Break.DATA);
        disk.faults().failRename("*.poisoned").always();
        repair();
        assertThat(disk.list(DIRECTORY)).contains("0000000002.data", "0000000003.data");
        disk.faults().fail(Operation.DELETE, "*.data").times(2);
        generation(store);
        assertThat(store.quarantinedFiles()).isEqualTo(2);
        log.set("c", "3");
        log.apply(store);
        generation(store);
        assertThat(store.quarantinedFiles()).isZero();
        assertThat(disk.list(DIRECTORY)).doesNotContain("0000000002.data", "0000000003.data");
        assertRecovers(disk.copyOf().crash(), "later");
    }

    @Test
    void repair_manifestInDoubtAndThenLostBytes_honoursBothManifests() throws IOException {
        breakGeneration(Break.MANIFEST_DIRECTORY);
        log.count("n");
        log.set("c", BIG);
        log.apply(store);
        disk.faults().failForceDirectory("**").times(1);
        assertThatThrownBy(() -> store.rewriteManifest()).isInstanceOf(IOException.class);
        disk.corrupt(file(4), DataFile.HEADER + 40, 1);
        assertThatThrownBy(() -> log.contents(store)).isInstanceOf(LostRecordException.class);
        assertThat(store.repairNeed()).as("the worse of the two").isEqualTo(RepairNeed.NEW_FILES);
        List<FaultyDisk> states = new ArrayList<>();
        disk.afterEachOperation(operation -> {
            for (int fork = 0; fork < 20; fork++) {
                states.add(disk.copyOf(disk.seed() + 20L * operation.number() + fork)
                        .crash());
            }
        });
        repair();
        assertThat(disk.list(DIRECTORY))
                .as("what only the manifest in doubt lists keeps its name, what none lists does not")
                .contains("0000000002.data", "0000000003.data", "0000000004.data.poisoned");
        generation(store);
        disk.afterEachOperation(null);
        assertThat(disk.list(DIRECTORY)).doesNotContain("0000000002.data", "0000000003.data");
        Set<Long> found = new TreeSet<>();
        for (FaultyDisk state : states) {
            try (Bitcask peek = open(state.copyOf())) {
                found.add(peek.durableIndex());
            }
            assertRecovers(state, "seed " + disk.seed());
        }
        assertThat(found).as("the control: both manifests were found").contains(3L, 9L, 11L);
    }

    /** A power cut may leave either manifest, so the files of both must stay, whatever is forced meanwhile. */
    @Test
    void force_twoManifestsPossible_removesNoFileThatOneOfThemLists() throws IOException {
        breakGeneration(Break.MANIFEST_DIRECTORY);
        disk.corrupt(file(2), DataFile.HEADER + 40, 1);
        assertThatThrownBy(() -> log.contents(store)).isInstanceOf(LostRecordException.class);
        disk.corrupt(file(2), DataFile.HEADER + 40, 1);
        BitcaskRepair repair = BitcaskRepair.begin(store);
        BitcaskSnapshot asOpened = repair.replacement().snapshot();
        log.apply(repair.replacement());
        repair.finish();
        store.close();
        store = repair.replacement();
        store.force(asOpened);
        store.completed(asOpened);
        assertThat(disk.list(DIRECTORY))
                .as("files of the manifest in doubt")
                .contains("0000000002.data", "0000000003.data");
        assertThat(store.quarantinedFiles()).isPositive();
        for (int seed = 0; seed < 20; seed++) {
            assertRecovers(disk.copyOf(seed).crash(), "power cut, seed " + seed);
        }
        generation(store);
        assertThat(disk.list(DIRECTORY)).doesNotContain("0000000002.data", "0000000003.data");
        assertThat(store.quarantinedFiles()).isZero();
    }

    /** The force of the directory after the manifest's rename also covers the name of a file that was created meanwhile. */
    @Test
    void repair_manifestsDirectorySyncLostANewFilesName_believesNoLaterSync() throws IOException {
        disk.faults().before(Operation.RENAME, "CHECKPOINT.new", path -> {
            disk.faults().loseNames("**").times(1);
            log.set("big", BIG + "3");
            log.set("big3", BIG);
            try {
                log.apply(store); // in a file of its own
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        BitcaskSnapshot snapshot = store.snapshot();
        assertThatThrownBy(() -> store.force(snapshot)).isInstanceOf(IOException.class);
        disk.faults().clear();
        repair();
        generation(store);
        assertThat(store.durableIndex()).isEqualTo(log.last());
        assertRecovers(disk.crashLosingAllUnforced(), "after a generation that succeeded");
    }

    @Test
    void rewriteManifest_neverForcesOldFileAgain_andForcesNoData() throws IOException {
        breakGeneration(Break.MANIFEST_FORCE);
        disk.journal().clear();
        repair();
        List<String> lines = disk.journal().lines().stream()
                .filter(line -> !line.startsWith("close"))
                .toList();
        Path fresh = DIRECTORY.resolve("CHECKPOINT.new");
        assertThat(lines)
                .containsExactly(
                        "delete " + fresh,
                        "create " + fresh,
                        "write " + fresh,
                        "force " + fresh,
                        "rename " + fresh + " " + MANIFEST,
                        "force_directory " + DIRECTORY);
        assertThat(disk.journal().records()).allMatch(each -> each.outcome() == OperationRecord.Outcome.OK);
        disk.journal().clear();
        generation(store);
        assertThat(disk.journal().records()).as("all is durable").isEmpty();
        assertThat(store.durableIndex()).isEqualTo(log.last());
    }

    @Test
    void repair_damageBelowTheDurableLength_isRefusedAndLeavesEverything() throws IOException {
        breakGeneration(Break.DATA);
        List<String> names = disk.list(DIRECTORY);
        disk.corrupt(file(1), DataFile.HEADER + 30, 1);
        assertThatThrownBy(this::repair).hasMessageContaining(file(1).toString());
        assertThat(disk.list(DIRECTORY)).isEqualTo(names);
        disk.corrupt(file(1), DataFile.HEADER + 30, 1);
        repair();
        generation(store);
        assertThat(log.contents(store)).isEqualTo(log.model());
    }
}
