package io.tidemark.checkpoint;

import java.util.ArrayDeque;
import java.util.List;

/** The last generations and deferrals of one shard, newest last. Any thread. */
final class CheckpointJournal {
    /** How many entries are kept. */
    static final int LENGTH = 256;

    private final ArrayDeque<JournalEntry> entries = new ArrayDeque<>();

    synchronized void add(JournalEntry entry) {
        if (entries.size() == LENGTH) {
            entries.removeFirst();
        }
        entries.addLast(entry);
    }

    synchronized List<JournalEntry> entries() {
        return List.copyOf(entries);
    }
}
