package io.tidemark.it;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one client did to one counter that no other client changes: the last acknowledged value of INCR is the minimum,
 * one more for each unacknowledged INCR the maximum. Used by one thread at a time.
 */
final class CounterHistory {

    private final String key;
    private long acknowledged;
    private long open;
    private long refused;

    CounterHistory(String key) {
        this.key = key;
    }

    String key() {
        return key;
    }

    /** Notes that an INCR is about to be sent. */
    void incrementSent() {
        open++;
    }

    /** Notes that the oldest INCR without an answer was answered by an error, and may or may not have been done. */
    void incrementFailed() {
        refused++;
    }

    /**
     * Notes the answer to the oldest INCR without one.
     *
     * @return what is wrong with it
     */
    Optional<String> acknowledged(long value) {
        long least = acknowledged + 1;
        long most = acknowledged + refused + 1;
        open -= refused + 1;
        refused = 0;
        acknowledged = value;
        return value >= least && value <= most
                ? Optional.empty()
                : Optional.of(key + ": INCR answered " + value + "; expected " + least + " to " + most);
    }

    /**
     * Checks the value of the counter after a restart, and takes it as the new minimum and maximum.
     *
     * @param stored as read by GET, {@code null} for nil
     * @return what is wrong with it
     */
    Optional<String> judgeAfterRestart(byte @Nullable [] stored) {
        long least = acknowledged;
        long most = acknowledged + open;
        String expected = "; expected " + least + " (acknowledged) to " + most;
        open = 0;
        refused = 0;
        long value = 0;
        if (stored != null) {
            String text = new String(stored, StandardCharsets.ISO_8859_1);
            try {
                value = Long.parseLong(text);
            } catch (NumberFormatException e) {
                return Optional.of(key + ": \"" + text + "\" is no number" + expected);
            }
        }
        acknowledged = value;
        if (value < least) {
            return Optional.of(key + ": gone back to " + value + expected);
        }
        return value <= most ? Optional.empty() : Optional.of(key + ": holds " + value + expected);
    }
}
