package io.tidemark.bitcask;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The changes of the log entry being applied: the last value of each key it touches. On the applying thread. */
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

    /** A key's new value; {@code null} if the key is removed. */
    record Change(byte @Nullable [] value) {}

    private final Map<Key, Change> changes = new LinkedHashMap<>();

    /** The key's change; {@code null} if the entry does not touch the key. */
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

    /** Size in bytes of the records that the entry becomes. */
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
