package io.tidemark.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * What one load client wrote and what was acknowledged, over every life of the server: a {@link KeyHistory} for each of
 * its keys and a {@link CounterHistory} for each of its counters, which nobody else writes. Used by one thread at a
 * time; the shared counter of acknowledgements apart.
 */
final class AcknowledgementRecorder {

    private static final int MAX_KEPT = 20;

    private final List<KeyHistory> keys;
    private final List<CounterHistory> counters;
    private final List<String> violations = new ArrayList<>();
    private final List<String> refusals = new ArrayList<>();
    private final LongAdder acknowledgedWrites;
    private long sentWrites;
    private long refusedWrites;
    private long reads;

    /**
     * @param client number of the client, part of its keys' names
     * @param keyCount how many keys
     * @param counterCount how many counters
     * @param acknowledgedWrites told of each acknowledged write; may be shared with other clients
     */
    AcknowledgementRecorder(int client, int keyCount, int counterCount, LongAdder acknowledgedWrites) {
        this.keys = IntStream.range(0, keyCount)
                .mapToObj(i -> new KeyHistory("c" + client + ":key:" + i))
                .toList();
        this.counters = IntStream.range(0, counterCount)
                .mapToObj(i -> new CounterHistory("c" + client + ":counter:" + i))
                .toList();
        this.acknowledgedWrites = acknowledgedWrites;
    }

    /** The keys, never empty. */
    List<KeyHistory> keys() {
        return keys;
    }

    /** The counters, never empty. */
    List<CounterHistory> counters() {
        return counters;
    }

    /** Notes a write that is about to be sent. */
    void writeSent() {
        sentWrites++;
    }

    /** Notes an acknowledged write. */
    void writeAcknowledged() {
        acknowledgedWrites.increment();
    }

    /** Notes a write that was answered by an error: it may or may not have been done. */
    void writeRefused(String message) {
        refusedWrites++;
        if (refusals.size() < MAX_KEPT) {
            refusals.add(message);
        }
    }

    /** Notes a read that was answered. */
    void readAnswered() {
        reads++;
    }

    /** Notes what a history found wrong, if anything. */
    void judged(Optional<String> violation) {
        violation.ifPresent(violations::add);
    }

    /** Everything found wrong so far. */
    List<String> violations() {
        return violations;
    }

    /** The first error answers. */
    List<String> refusals() {
        return refusals;
    }

    /** Writes sent. */
    long sentWrites() {
        return sentWrites;
    }

    /** Writes answered by an error. */
    long refusedWrites() {
        return refusedWrites;
    }

    /** Reads answered under load. */
    long reads() {
        return reads;
    }
}
