package io.tidemark.bitcask;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Plays the log of a store: entries that set, remove or count up, and what they come to. To count up depends on what is there,
 * so that an entry evaluated twice, or over another state, shows.
 */
final class ModelLog {
    private record Entry(String key, @Nullable String value, boolean counts) {}

    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, String> model = new TreeMap<>();

    /** How many entries there are. */
    long last() {
        return entries.size();
    }

    void set(String key, @Nullable String value) {
        entries.add(new Entry(key, value, false));
        if (value == null) {
            model.remove(key);
        } else {
            model.put(key, value);
        }
    }

    void count(String key) {
        entries.add(new Entry(key, null, true));
        model.merge(key, "1", (before, one) -> String.valueOf(Long.parseLong(before) + 1));
    }

    /** Applies what the store has not got yet, up to an entry. */
    void apply(Bitcask store, long to) throws IOException {
        for (long index = store.snapshot().index() + 1; index <= to; index++) {
            Entry entry = entries.get((int) index - 1);
            if (entry.counts()) {
                byte[] before = store.pending(StoreFixture.bytes(entry.key()));
                long count = before == null
                        ? 0
                        : Long.parseLong(new String(before, java.nio.charset.StandardCharsets.UTF_8));
                StoreFixture.change(store, entry.key(), String.valueOf(count + 1));
            } else {
                StoreFixture.change(store, entry.key(), entry.value());
            }
            store.commit(index, StoreFixture.TERM);
        }
    }

    /** Applies everything. */
    void apply(Bitcask store) throws IOException {
        apply(store, last());
    }

    /** Everything that a store holds, as the model has it. */
    Map<String, String> contents(Bitcask store) throws IOException {
        Map<String, String> found = new TreeMap<>();
        for (Entry entry : entries) {
            String value = StoreFixture.get(store, entry.key());
            if (value != null) {
                found.put(entry.key(), value);
            }
        }
        return found;
    }

    /** What all entries come to. */
    Map<String, String> model() {
        return model;
    }
}
