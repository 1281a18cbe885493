package io.tidemark.bitcask;

import static io.tidemark.bitcask.StoreFixture.TERM;
import static io.tidemark.bitcask.StoreFixture.bytes;
import static io.tidemark.bitcask.StoreFixture.get;
import static io.tidemark.bitcask.StoreFixture.open;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.NotReplacedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import org.jspecify.annotations.Nullable;

/**
 * I6: random lives of a store against a map. Entries, generations in the midst of them, rotation, failing disks, crashes
 * that keep any part of what was not forced; then replay from a list that plays the log. jqwik prints the seed of a failure.
 */
final class BitcaskModelTest {
    private static final int KEYS = 40;
    private static final Map<String, Integer> COVERED = new TreeMap<>();

    private static void count(String what) {
        COVERED.merge(what, 1, Integer::sum);
    }

    @AfterContainer
    static void coverage() {
        System.out.println("covered " + COVERED);
        assertThat(COVERED)
                .containsKeys("commit", "commit failed", "crash", "kill", "close", "generation", "force failed")
                .containsKeys("repair", "repair failed", "manifest rewritten", "manifest not written")
                .containsKeys("rotation", "crash within a generation", "replay from the start", "replay of a part");
    }

    @Property(tries = 250)
    void randomLife_equalsTheModel(@ForAll long seed, @ForAll @IntRange(min = 10, max = 120) int steps)
            throws IOException {
        new Life(seed).run(steps);
    }

    /** One change: a {@code null} value removes. */
    private record Change(String key, @Nullable String value) {}

    private static final class Life {
        private final Random random;
        private final List<List<Change>> log = new ArrayList<>();
        private final Map<String, String> model = new HashMap<>();
        private FaultyDisk disk;
        private Bitcask store;
        private @Nullable BitcaskSnapshot snapshot;
        private boolean broken;
        private long durable;
        private int values;

        Life(long seed) throws IOException {
            random = new Random(seed);
            disk = new FaultyDisk(seed);
            disk.createDirectories(StoreFixture.DIRECTORY.resolveSibling("identity"));
            store = open(disk);
        }

        void run(int steps) throws IOException {
            for (int i = 0; i < steps; i++) {
                if (broken && random.nextInt(3) == 0) {
                    if (random.nextInt(4) == 0) {
                        crashWithin("crash within a repair", this::repair);
                    } else {
                        repair();
                    }
                }
                switch (random.nextInt(21)) {
                    case 0 -> reopen("crash", disk.crash());
                    case 1 -> reopen("kill", disk.kill());
                    case 2 -> {
                        store.close();
                        reopen("close", disk);
                    }
                    case 3, 4 -> snapshot = store.snapshot();
                    case 5, 6 -> generation();
                    case 7 -> crashWithin("crash within a generation", this::generation);
                    case 8, 9 -> disorder();
                    default -> commit();
                }
                assertThat(store.durableIndex()).isGreaterThanOrEqualTo(durable);
                durable = store.durableIndex();
            }
            check();
            reopen("crash", disk.crash());
        }

        private void commit() throws IOException {
            List<Change> entry = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0 && random.nextInt(12) != 0; i--) {
                String value = random.nextInt(3) == 0 ? null : ++values + "x".repeat(random.nextInt(900));
                entry.add(new Change("k" + random.nextInt(KEYS), value));
            }
            log.add(entry);
            long files = disk.list(StoreFixture.DIRECTORY).size();
            apply(log.size());
            for (Change change : entry) {
                if (change.value() == null) {
                    model.remove(change.key());
                } else {
                    model.put(change.key(), change.value());
                }
            }
            count("commit");
            if (disk.list(StoreFixture.DIRECTORY).size() > Math.max(2, files)) {
                count("rotation");
            }
        }

        private void apply(long index) throws IOException {
            for (Change change : log.get((int) index - 1)) {
                StoreFixture.change(store, change.key(), change.value());
            }
            for (int attempt = 0; ; attempt++) {
                try {
                    store.commit(index, TERM);
                    return;
                } catch (IOException e) {
                    count("commit failed");
                    if (attempt == 2) {
                        disk.faults().clear();
                    }
                    assertThat(attempt).isLessThan(4);
                }
            }
        }

        private void disorder() {
            switch (random.nextInt(7)) {
                case 0 -> disk.faults().failWrite("*.data").withProbability(0.3);
                case 1 -> disk.faults().shortWrite("**").withProbability(0.5);
                case 2 -> disk.faults().failForce("**").times(1);
                case 3 -> disk.faults().failForceDirectory("**").times(1);
                case 4 -> disk.faults().failRename("**").times(1);
                case 5 -> disk.faults().failCreate("*.new").times(1);
                default -> disk.faults().clear();
            }
        }

        private void generation() {
            BitcaskSnapshot target = snapshot == null ? store.snapshot() : snapshot;
            snapshot = null;
            try {
                store.force(target);
                assertThat(broken).isFalse();
                store.completed(target);
                assertThat(store.durableIndex()).isGreaterThanOrEqualTo(target.index());
                count("generation");
            } catch (NotReplacedException e) {
                assertThat(broken).isFalse();
                count("manifest not written");
            } catch (IOException e) {
                broken = true;
                count("force failed");
            }
        }

        private void repair() throws IOException {
            snapshot = null;
            switch (random.nextInt(6)) {
                case 0 ->
                    disk.faults().failWrite("*.data").after(random.nextInt(5)).times(1);
                case 1 ->
                    disk.faults().failCreate("**").after(random.nextInt(3)).times(1);
                default -> {}
            }
            try {
                switch (store.repairNeed()) {
                    case NOTHING -> {}
                    case NEW_MANIFEST -> {
                        store.rewriteManifest();
                        count("manifest rewritten");
                    }
                    case NEW_FILES -> rebuild();
                }
                broken = false;
            } catch (IOException e) {
                count("repair failed");
            }
        }

        private void rebuild() throws IOException {
            BitcaskRepair repair = BitcaskRepair.begin(store);
            Bitcask fresh = repair.replacement();
            try {
                for (long index = fresh.snapshot().index() + 1; index <= log.size(); index++) {
                    for (Change change : log.get((int) index - 1)) {
                        StoreFixture.change(fresh, change.key(), change.value());
                    }
                    fresh.commit(index, TERM);
                }
            } catch (IOException e) {
                repair.abandon();
                throw e;
            }
            repair.finish();
            store.close();
            store = fresh;
            count("repair");
        }

        private interface Act {
            void run() throws IOException;
        }

        private void crashWithin(String what, Act act) throws IOException {
            FaultyDisk from = disk;
            int at = 1 + random.nextInt(12);
            int[] seen = {0};
            FaultyDisk[] then = {null};
            from.afterEachOperation(operation -> {
                if (++seen[0] == at) {
                    then[0] = from.copyOf(random.nextLong());
                }
            });
            act.run();
            from.afterEachOperation(null);
            if (then[0] != null) {
                reopen(what, random.nextBoolean() ? then[0].crash() : then[0].kill());
            }
        }

        private void reopen(String how, FaultyDisk next) throws IOException {
            count(how);
            disk = next;
            disk.faults().clear();
            if (random.nextInt(3) == 0) {
                disk.dropCache();
            }
            snapshot = null;
            broken = false;
            store = open(disk);
            long from = store.durableIndex();
            assertThat(from).as("durable index after " + how).isBetween(durable, (long) log.size());
            count(from == 0 ? "replay from the start" : "replay of a part");
            for (long index = from + 1; index <= log.size(); index++) {
                apply(index);
                if (random.nextInt(30) == 0) {
                    generation();
                }
            }
            check();
        }

        private void check() throws IOException {
            assertThat(store.keys()).isEqualTo(model.size());
            assertThat(store.snapshot().index()).isEqualTo(log.size());
            for (int i = 0; i < KEYS; i++) {
                String key = "k" + i;
                assertThat(get(store, key)).as(key).isEqualTo(model.get(key));
                assertThat(store.contains(bytes(key))).isEqualTo(model.containsKey(key));
            }
        }
    }
}
