package io.tidemark.bitcask;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.ToIntFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The table against a {@link HashMap}: growth, removal without markers, colliding keys, compaction of the key bytes. */
final class KeydirTest {

    private record Place(int file, long offset, int length) {}

    private static void assertEqual(Keydir keydir, Map<PendingEntry.Key, Place> model) {
        assertThat(keydir.size()).isEqualTo(model.size());
        model.forEach((key, place) -> assertThat(find(keydir, key.bytes())).isEqualTo(place));
    }

    private static @org.jspecify.annotations.Nullable Place find(Keydir keydir, byte[] key) {
        int slot = keydir.find(key);
        return slot < 0 ? null : new Place(keydir.fileAt(slot), keydir.offsetAt(slot), keydir.valueLengthAt(slot));
    }

    private static void live(Keydir keydir, Random random, int keys, int steps) {
        Map<PendingEntry.Key, Place> model = new HashMap<>();
        for (int i = 0; i < steps; i++) {
            byte[] key = ByteBuffer.allocate(4).putInt(random.nextInt(keys)).array();
            if (random.nextInt(5) < 2) {
                keydir.remove(key);
                model.remove(new PendingEntry.Key(key));
            } else {
                Place place = new Place(random.nextInt(), random.nextLong(), random.nextInt(1 << 20));
                keydir.put(key, place.file(), place.offset(), place.length());
                model.put(new PendingEntry.Key(key), place);
            }
            assertThat(find(keydir, key)).isEqualTo(model.get(new PendingEntry.Key(key)));
        }
        for (int i = 0; i < keys; i++) {
            byte[] key = ByteBuffer.allocate(4).putInt(i).array();
            assertThat(find(keydir, key)).isEqualTo(model.get(new PendingEntry.Key(key)));
        }
        assertEqual(keydir, model);
    }

    @Property(tries = 60)
    void randomLife_equalsTheModel(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 2_000) int keys,
            @ForAll @IntRange(min = 1, max = 6_000) int steps) {
        live(new Keydir(), new Random(seed), keys, steps);
    }

    @Property(tries = 60)
    void randomLifeWithCollisions_equalsTheModel(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 200) int keys,
            @ForAll @IntRange(min = 1, max = 40) int hashes) {
        // hashes near the end of the table, so that probe sequences wrap around
        ToIntFunction<byte[]> few = key -> 60 + Math.floorMod(Arrays.hashCode(key), hashes);
        live(new Keydir(few), new Random(seed), keys, 1_500);
    }

    @Test
    void find_sameHashOtherKey_isNotThatKey() {
        Keydir keydir = new Keydir(key -> 63);
        keydir.put(new byte[] {1}, 1, 10, 100);
        assertThat(keydir.find(new byte[] {2})).isEqualTo(-1);
        assertThat(keydir.find(new byte[] {1, 0})).isEqualTo(-1);
        assertThat(keydir.find(new byte[0])).isEqualTo(-1);
        keydir.put(new byte[0], 2, 20, 200);
        assertThat(find(keydir, new byte[0])).isEqualTo(new Place(2, 20, 200));
        assertThat(find(keydir, new byte[] {1})).isEqualTo(new Place(1, 10, 100));
    }

    @Test
    void remove_longKeysOverAndOver_keepsTheRestAndGivesTheirBytesBack() {
        Keydir keydir = new Keydir();
        Map<PendingEntry.Key, Place> model = new HashMap<>();
        Random random = new Random(11);
        for (int round = 0; round < 40; round++) {
            for (int i = 0; i < 60; i++) {
                byte[] key = new byte[1 + random.nextInt(DataRecord.MAX_KEY)];
                random.nextBytes(key);
                keydir.put(key, round, i, key.length);
                if (i % 20 == 0) {
                    model.put(new PendingEntry.Key(key), new Place(round, i, key.length));
                } else {
                    keydir.remove(key);
                }
            }
            assertEqual(keydir, model);
        }
        long live = model.keySet().stream()
                .mapToLong(key -> key.bytes().length + 2L)
                .sum();
        assertThat(keydir.keyBytes()).isBetween(live, 2 * live + (2 << 20));
    }
}
