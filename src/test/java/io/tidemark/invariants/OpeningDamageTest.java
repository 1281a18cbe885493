package io.tidemark.invariants;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import io.tidemark.shard.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * I7, at each place: a shard whose files were damaged opens with exactly what was acknowledged, or is refused by the name
 * of a file, and then putting the bytes back heals it. There is one way to a smaller state: that the end of the last
 * segment is overwritten with every later frame, so that nothing in the log distinguishes a loss from a torn tail; then it
 * is exactly the state before the first frame that is gone, and never one below the durable index. A truncated file leads
 * there only if it was not preallocated, as in shard 0.
 */
@Timeout(120)
class OpeningDamageTest {
    /** Where a segment's header has the length that the file began with. */
    private static final int FIRST_LENGTH = 112;

    private static final int LIVE_COPIES = Integer.getInteger("tidemark.live_copies", 1_000);

    private enum Outcome {
        RIGHT,
        REFUSED,
        /** As a torn tail is. */
        WITHOUT_ITS_END
    }

    private final Map<String, Map<Outcome, Integer>> counts = new LinkedHashMap<>();

    @SuppressWarnings("NullAway.Init")
    private KilledShard killed;

    private int opened;

    private void make(int shard) throws IOException {
        killed = new KilledShard(shard);
    }

    @AfterEach
    void print() {
        counts.forEach((what, found) -> System.out.println("OpeningDamageTest: shard " + killed.number + ": " + what
                + ": " + found.values().stream().mapToInt(Integer::intValue).sum() + " positions, " + found));
    }

    private Outcome count(String what, Outcome outcome) {
        counts.computeIfAbsent(what, key -> new EnumMap<>(Outcome.class)).merge(outcome, 1, Integer::sum);
        return outcome;
    }

    /** Opens what is left and looks at all of it; at every few, what comes afterwards too. */
    private Outcome open(FaultyDisk damaged, Path... files) throws IOException {
        return open(damaged, 0, killed.acknowledged(), files);
    }

    private Outcome open(FaultyDisk damaged, long atLeast, long atMost, Path... files) throws IOException {
        boolean andLater = opened++ % 5 == 0;
        LoneShard shard;
        try {
            shard = new LoneShard(damaged, killed.number);
        } catch (CorruptionException refused) {
            assertThat(damaged.openFiles()).as("left open").isEmpty();
            String message = String.valueOf(refused.getMessage());
            assertThat(Arrays.stream(files).map(Path::toString))
                    .as("named by: " + message)
                    .anyMatch(message::contains);
            if (andLater && atMost == killed.acknowledged()) {
                heal(damaged, files);
            }
            return Outcome.REFUSED;
        }
        long last = shard.lastIndex();
        assertThat(last).isBetween(atLeast, atMost);
        assertThat(shard.state(killed.keys())).isEqualTo(killed.states.get((int) last));
        if (andLater) {
            goOn(damaged, shard, last);
        }
        return last == atMost ? Outcome.RIGHT : Outcome.WITHOUT_ITS_END;
    }

    private void heal(FaultyDisk damaged, Path... files) throws IOException {
        for (Path file : files) {
            if (killed.all().contains(file)) {
                damaged.put(file, killed.disk.bytes(file));
            }
        }
        LoneShard healed = new LoneShard(damaged, killed.number);
        assertThat(healed.state(killed.keys())).isEqualTo(killed.states.get((int) killed.acknowledged()));
    }

    /** What was opened can be written to, and is found again by the next start. */
    private void goOn(FaultyDisk damaged, LoneShard shard, long last) throws IOException {
        Map<String, String> expected = new TreeMap<>(killed.states.get((int) last));
        for (int i = 0; i < 2; i++) {
            expected.put("key-0", "later-" + i);
            shard.write(new Command.Set(LoneShard.bytes("key-0"), LoneShard.bytes("later-" + i)));
        }
        LoneShard again = new LoneShard(damaged.kill(), killed.number);
        assertThat(again.lastIndex()).isEqualTo(last + 2);
        assertThat(again.state(killed.keys())).isEqualTo(expected);
    }

    /** Every file, and a directory. */
    private Path[] with(Path directory) throws IOException {
        List<Path> all = new ArrayList<>(killed.all());
        all.add(directory);
        return all.toArray(new Path[0]);
    }

    private boolean isLast(Path file) throws IOException {
        return file.equals(killed.lastSegment());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void open_aBitFlippedAnywhere_isRefusedWhereItWasProven_andRightElsewhere(int shard) throws IOException {
        make(shard);
        Map<Path, Integer> proven = killed.proven();
        for (Path file : killed.all()) {
            int length = killed.disk.bytes(file).length;
            for (int at = 0; at < length; at++) {
                for (int bit = at & 7; bit < 8; bit += length <= 128 ? 1 : 8) {
                    FaultyDisk damaged = killed.disk.copyOf();
                    damaged.corrupt(file, at, 1 << bit);
                    boolean inLastFrame = isLast(file) && at >= killed.lastFrame && at < killed.end;
                    assertThat(count("a bit flipped in " + file.getFileName(), open(damaged, file)))
                            .as(file + " at " + at)
                            .isEqualTo(
                                    at < proven.getOrDefault(file, 0)
                                            ? Outcome.REFUSED
                                            : inLastFrame ? Outcome.WITHOUT_ITS_END : Outcome.RIGHT);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void open_cutOffAnywhere_isRefusedWhereItWasProven_andRightElsewhere(int shard) throws IOException {
        make(shard);
        Map<Path, Integer> proven = killed.proven();
        for (Path file : killed.all()) {
            byte[] whole = killed.disk.bytes(file);
            long before = isLast(file) ? ByteBuffer.wrap(whole).getLong(FIRST_LENGTH) : 0;
            if (isLast(file)) {
                assertThat(before).isEqualTo(shard == 0 ? 4_096 : whole.length);
            }
            for (int length = 0; length < whole.length; length++) {
                FaultyDisk damaged = killed.disk.copyOf();
                damaged.put(file, Arrays.copyOf(whole, length));
                Outcome found = count("cut off: " + file.getFileName(), open(damaged, file));
                if (length < before) {
                    assertThat(found).as(file + " at " + length).isEqualTo(Outcome.REFUSED);
                } else if (isLast(file) && length >= 4_096 && length < killed.end) {
                    assertThat(found)
                            .as("its frames from %d on are gone", length)
                            .isNotEqualTo(Outcome.RIGHT);
                } else {
                    assertThat(found)
                            .as(file + " at " + length)
                            .isEqualTo(length < proven.getOrDefault(file, 0) ? Outcome.REFUSED : Outcome.RIGHT);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void open_zerosWithGoodBytesBehind_isRefusedWhereTheyWereProven(int shard) throws IOException {
        make(shard);
        Map<Path, Integer> proven = killed.proven();
        for (Path file : killed.all()) {
            byte[] whole = killed.disk.bytes(file);
            for (int from = 0; from < whole.length; from += 256) {
                for (int to = from + 256; to < whole.length; to += 256) {
                    byte[] holed = whole.clone();
                    Arrays.fill(holed, from, to, (byte) 0);
                    int end = proven.getOrDefault(file, 0);
                    if (Arrays.equals(whole, 0, Math.min(end, to), holed, 0, Math.min(end, to))) {
                        continue; // it was zeros before, or proves nothing
                    }
                    FaultyDisk damaged = killed.disk.copyOf();
                    damaged.put(file, holed);
                    assertThat(count("a hole in " + file.getFileName(), open(damaged, file)))
                            .as(file + " from " + from + " to " + to)
                            .isEqualTo(
                                    isLast(file) && from >= 4_096 && to > killed.lastFrame
                                            ? Outcome.WITHOUT_ITS_END
                                            : Outcome.REFUSED);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void open_garbageBehind_isRefusedInWhatIsReplacedAsAWhole_andRightElsewhere(int shard) throws IOException {
        make(shard);
        for (Path file : killed.all()) {
            byte[] whole = killed.disk.bytes(file);
            for (int more : new int[] {1, 7, 8, 100, 5_000}) {
                byte[] grown = Arrays.copyOf(whole, whole.length + more);
                Arrays.fill(grown, whole.length, grown.length, (byte) 0x54);
                FaultyDisk damaged = killed.disk.copyOf();
                damaged.put(file, grown);
                boolean aWhole = file.equals(killed.manifest()) || file.equals(killed.control());
                assertThat(count("garbage behind " + file.getFileName(), open(damaged, file)))
                        .as(file + " and " + more)
                        .isEqualTo(aWhole ? Outcome.REFUSED : Outcome.RIGHT);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void open_anyFileDeleted_isRefusedIfItIsNeeded(int shard) throws IOException {
        make(shard);
        Map<Path, Integer> proven = killed.proven();
        for (Path file : killed.all()) {
            FaultyDisk damaged = killed.disk.copyOf();
            damaged.delete(file);
            assertThat(count("deleted", open(damaged, file)))
                    .as(file.toString())
                    .isEqualTo(proven.containsKey(file) ? Outcome.REFUSED : Outcome.RIGHT);
        }
        for (Path directory : List.of(LoneShard.data(shard), LoneShard.log(shard))) {
            FaultyDisk damaged = killed.disk.copyOf();
            for (String name : damaged.list(directory)) {
                damaged.delete(directory.resolve(name));
            }
            assertThat(count("a whole directory emptied", open(damaged, with(directory))))
                    .isEqualTo(Outcome.REFUSED);
        }
    }

    /** Each manifest and each control file that there ever was, alone and with each of the other; each older data file. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void open_olderFilesPutBack_isRightOrRefused(int shard) throws IOException {
        make(shard);
        List<byte[]> manifests = older(killed.manifest());
        List<byte[]> controls = older(killed.control());
        assertThat(manifests).hasSizeGreaterThanOrEqualTo(3);
        assertThat(controls).hasSizeGreaterThanOrEqualTo(6);
        for (byte[] manifest : manifests) {
            for (byte[] control : controls) {
                boolean newManifest = Arrays.equals(manifest, killed.disk.bytes(killed.manifest()));
                boolean newControl = Arrays.equals(control, killed.disk.bytes(killed.control()));
                FaultyDisk damaged = killed.disk.copyOf();
                damaged.put(killed.manifest(), manifest);
                damaged.put(killed.control(), control);
                String what = newManifest ? "an older LOG" : newControl ? "an older CHECKPOINT" : "older ones of both";
                Outcome found = count(
                        newManifest && newControl ? "the newest" : what, open(damaged, with(LoneShard.log(shard))));
                assertThat(found).as(what).isNotEqualTo(Outcome.WITHOUT_ITS_END);
                if (newManifest && newControl) {
                    assertThat(found).isEqualTo(Outcome.RIGHT);
                }
            }
        }
        assertThat(counts.get("an older CHECKPOINT")).as("some of them").containsKeys(Outcome.REFUSED);
        for (Path file : killed.all()) {
            for (byte[] bytes : isLast(file) ? List.<byte[]>of() : older(file)) {
                FaultyDisk damaged = killed.disk.copyOf();
                damaged.put(file, bytes);
                assertThat(count("an older " + file.getFileName(), open(damaged, file, killed.control())))
                        .isNotEqualTo(Outcome.WITHOUT_ITS_END);
            }
        }
    }

    /** Everything that a file of that name has held, the newest too. */
    private List<byte[]> older(Path file) {
        Set<ByteBuffer> contents = new LinkedHashSet<>();
        for (KilledShard.KillPoint moment : killed.history) {
            if (moment.disk().exists(file)) {
                contents.add(ByteBuffer.wrap(moment.disk().bytes(file)));
            }
        }
        return contents.stream().map(ByteBuffer::array).toList();
    }

    /**
     * {@code cp -r} of a shard that goes on: names as they were when a directory was listed, each file as it was while it was
     * read, in pieces, through the descriptor that it was opened by.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void open_aCopyMadeWhileItWasWritten_isRightOrRefused(int shard) throws IOException {
        make(shard);
        long seed = Long.getLong(FaultyDisk.SEED_PROPERTY, System.nanoTime());
        System.out.println("OpeningDamageTest: seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < LIVE_COPIES; i++) {
            LiveCopy copy = new LiveCopy(random, random.nextInt(12));
            FaultyDisk made = copy.run();
            Outcome found = open(
                    made,
                    copy.acknowledgedBefore,
                    killed.acknowledged() + 1,
                    LoneShard.log(shard),
                    LoneShard.data(shard));
            count(
                    "a live copy over " + (copy.now == copy.began ? "0" : "some") + " operations",
                    found == Outcome.REFUSED ? found : Outcome.RIGHT);
            if (copy.now == copy.began) {
                assertThat(found).isNotEqualTo(Outcome.REFUSED);
            }
        }
    }

    /** A copy under way. */
    private final class LiveCopy {
        private final SplittableRandom random;
        private final int pace;
        private final FaultyDisk target = new FaultyDisk(2);
        final int began;
        final long acknowledgedBefore;
        int now;

        /** @param pace at most so many operations of the shard are between two of the copy */
        LiveCopy(SplittableRandom random, int pace) {
            this.random = random;
            this.pace = pace;
            began = random.nextInt(killed.history.size());
            now = began;
            acknowledgedBefore = killed.history.get(began).acknowledged();
        }

        FaultyDisk run() throws IOException {
            List<Path> directories =
                    new ArrayList<>(List.of(LoneShard.data(killed.number), LoneShard.log(killed.number)));
            if (random.nextBoolean()) {
                Collections.reverse(directories);
            }
            target.createDirectories(LoneShard.directory(killed.number));
            for (Path directory : directories) {
                List<String> names = new ArrayList<>(disk().list(directory));
                if (disk().exists(directory)) {
                    target.createDirectories(directory);
                }
                while (!names.isEmpty()) {
                    goOn(directory.resolve("none"));
                    read(directory.resolve(names.remove(random.nextInt(names.size()))));
                }
            }
            return target;
        }

        private FaultyDisk disk() {
            return killed.history.get(now).disk();
        }

        private void read(Path name) {
            if (!disk().exists(name)) {
                return; // cp says so and goes on
            }
            int piece = 512 << random.nextInt(6);
            Path path = name;
            byte[] whole = disk().bytes(path);
            byte[] read = new byte[0];
            while (read.length < whole.length) {
                int from = read.length;
                read = Arrays.copyOf(read, Math.min(whole.length, from + piece));
                System.arraycopy(whole, from, read, from, read.length - from);
                path = goOn(path);
                if (disk().exists(path)) {
                    whole = disk().bytes(path);
                }
            }
            target.put(name, read);
        }

        /** The shard does something, or not. Returns what a file is called then; a name of no file once it is gone. */
        private Path goOn(Path file) {
            Path path = file;
            for (int left = random.nextInt(pace + 1); left > 0 && now + 1 < killed.history.size(); left--) {
                var done = killed.history.get(++now).done();
                if (done.operation() == Operation.RENAME && done.path().equals(path)) {
                    path = Objects.requireNonNull(done.target());
                } else if (path.equals(done.target())
                        || (done.operation() == Operation.DELETE && done.path().equals(path))) {
                    path = path.resolveSibling("gone");
                }
            }
            return path;
        }
    }
}
