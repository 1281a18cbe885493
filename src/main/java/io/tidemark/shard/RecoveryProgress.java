package io.tidemark.shard;

/**
 * How far the replay of one shard's log is, or what it came to.
 *
 * @param done whether it is over
 * @param entries entries replayed
 * @param bytes their payload bytes
 * @param elapsedMillis for how long it has been going on, or how long it took
 * @param ratio the share of the entries that is done, 0 to 1
 */
public record RecoveryProgress(boolean done, long entries, long bytes, long elapsedMillis, double ratio) {

    /** Entries a second so far; 0 if there is nothing to tell by. */
    public double entriesPerSecond() {
        return elapsedMillis == 0 ? 0 : entries * 1e3 / elapsedMillis;
    }

    /** Payload bytes a second so far; 0 if there is nothing to tell by. */
    public double bytesPerSecond() {
        return elapsedMillis == 0 ? 0 : bytes * 1e3 / elapsedMillis;
    }
}
