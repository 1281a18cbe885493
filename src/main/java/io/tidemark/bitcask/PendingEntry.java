package io.tidemark.bitcask;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the log entry that is being applied changes: the last value of each key it touches. On the applying thread. */
final class PendingEntry {

    /** A key's bytes as a map key. */
    static final class Key {
        private final byte[] bytes;
        private final int hash;

        Key(byte[] bytes) {
            this.bytes = bytes;
            this.hash = Arrays.hashCode(bytes);
        }

        byte[] bytes() {
            return bytes;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && key.hash == hash && Arrays.equals(key.bytes, bytes);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /** What a key has become; {@code null} bytes: removed. */
    record Change(byte @Nullable [] value) {}

    private final Map<Key, Change> changes = new LinkedHashMap<>();

    /** {@code null} if the entry does not touch the key. */
    @Nullable
    Change find(byte[] key) {
        return changes.isEmpty() ? null : changes.get(new Key(key));
    }

    void put(byte[] key, byte @Nullable [] value) {
        changes.put(new Key(key), new Change(value));
    }

    Map<Key, Change> changes() {
        return changes;
    }

    /** Bytes of the records that it will become. */
    long recordBytes() {
        long bytes = 0;
        for (Map.Entry<Key, Change> change : changes.entrySet()) {
            byte[] value = change.getValue().value();
            bytes += DataRecord.sizeOf(change.getKey().bytes().length, value == null ? -1 : value.length);
        }
        return bytes;
    }

    void clear() {
        changes.clear();
    }
}
