package io.tidemark.it;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * What one load client wrote and what was acknowledged, over all lives of the server: a {@link KeyHistory} for each of
 * its keys and a {@link CounterHistory} for each of its counters. No other client writes them. Used by one thread at a
 * time, except for the shared counter of acknowledgements.
 */
final class AcknowledgementRecorder {

    private static final Pattern NUMBERS = Pattern.compile("[0-9]+");

    private final List<KeyHistory> keys;
    private final List<CounterHistory> counters;
    private final List<String> violations = new ArrayList<>();
    private final Map<String, String> refusals = new LinkedHashMap<>();
    private final LongAdder acknowledgedWrites;
    private long sentWrites;
    private long refusedWrites;
    private long refusedReads;
    private long reads;

    /**
     * @param client number of the client, part of its keys' names
     * @param keyCount how many keys
     * @param counterCount how many counters
     * @param acknowledgedWrites counts acknowledged writes; may be shared with other clients
     */
    AcknowledgementRecorder(int client, int keyCount, int counterCount, LongAdder acknowledgedWrites) {
        this(
                names("c" + client + ":key:", keyCount),
                names("c" + client + ":counter:", counterCount),
                acknowledgedWrites);
    }

    /**
     * @param keys names
     * @param counters names
     * @param acknowledgedWrites counts those of all clients
     */
    AcknowledgementRecorder(List<String> keys, List<String> counters, LongAdder acknowledgedWrites) {
        this.keys = keys.stream().map(KeyHistory::new).toList();
        this.counters = counters.stream().map(CounterHistory::new).toList();
        this.acknowledgedWrites = acknowledgedWrites;
    }

    private static List<String> names(String start, int count) {
        return IntStream.range(0, count).mapToObj(i -> start + i).toList();
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
        refused(message);
    }

    /** Notes a read that was answered by an error. */
    void readRefused(String message) {
        refusedReads++;
        refused(message);
    }

    private void refused(String message) {
        refusals.putIfAbsent(NUMBERS.matcher(message).replaceAll("#"), message);
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

    /** The error answers since the last call; of those that differ in numbers alone the first. */
    List<String> takeRefusals() {
        List<String> taken = List.copyOf(refusals.values());
        refusals.clear();
        return taken;
    }

    /** Writes sent. */
    long sentWrites() {
        return sentWrites;
    }

    /** Writes answered by an error. */
    long refusedWrites() {
        return refusedWrites;
    }

    /** Reads answered by an error. */
    long refusedReads() {
        return refusedReads;
    }

    /** Reads answered under load. */
    long reads() {
        return reads;
    }
}
