package io.tidemark.bitcask;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the tests of a store share: where it is, whose it is, and entries in one line. */
final class StoreFixture {
    static final Path DIRECTORY = Path.of("/data/shard-3");
    static final Path MANIFEST = DIRECTORY.resolve(Manifest.NAME);
    static final UUID OWNER = new UUID(0x1122334455667788L, 0x99aabbccddeeff00L);
    static final int SHARD = 3;
    static final long TERM = 7;

    private StoreFixture() {}

    static Bitcask open(Disk disk) throws IOException {
        return open(disk, 4_096);
    }

    static Bitcask open(Disk disk, long maxFileBytes) throws IOException {
        Bitcask store = Bitcask.open(disk, DIRECTORY, OWNER, SHARD, new BitcaskOptions(maxFileBytes));
        store.confirmManifest();
        return store;
    }

    /** One entry of sets; a {@code null} value removes its key. */
    static long commit(Bitcask store, long index, @Nullable String... keysAndValues) throws IOException {
        change(store, keysAndValues);
        return store.commit(index, TERM);
    }

    static void change(Bitcask store, @Nullable String... keysAndValues) {
        for (int i = 0; i < keysAndValues.length; i += 2) {
            byte[] key = bytes(String.valueOf(keysAndValues[i]));
            String value = keysAndValues[i + 1];
            if (value == null) {
                store.remove(key);
            } else {
                store.put(key, bytes(value));
            }
        }
    }

    /** One whole generation. */
    static void generation(Bitcask store) throws IOException {
        BitcaskSnapshot snapshot = store.snapshot();
        store.force(snapshot);
        store.completed(snapshot);
    }

    static @Nullable String get(Bitcask store, String key) throws IOException {
        byte[] value = store.get(bytes(key));
        return value == null ? null : new String(value, UTF_8);
    }

    static Path file(int id) {
        return DIRECTORY.resolve(DataFile.name(id));
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
