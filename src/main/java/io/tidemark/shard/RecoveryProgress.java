package io.tidemark.shard;

/**
 * Progress of the replay of one shard's log, or its final figures.
 *
 * @param done whether the replay has ended
 * @param entries entries replayed
 * @param bytes their payload bytes
 * @param elapsedMillis time since its start, or its duration
 * @param ratio share of the entries replayed, 0 to 1
 */
public record RecoveryProgress(boolean done, long entries, long bytes, long elapsedMillis, double ratio) {

    /** Entries per second so far; 0 if unknown. */
    public double entriesPerSecond() {
        return elapsedMillis == 0 ? 0 : entries * 1e3 / elapsedMillis;
    }

    /** Payload bytes per second so far; 0 if unknown. */
    public double bytesPerSecond() {
        return elapsedMillis == 0 ? 0 : bytes * 1e3 / elapsedMillis;
    }
}
