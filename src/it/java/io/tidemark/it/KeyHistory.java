package io.tidemark.it;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one client did to one key that no other client writes, and so which values are allowed: that of its last
 * acknowledged write, or of any later unacknowledged one. Used by one thread at a time.
 */
final class KeyHistory {

    /** The state of a key that is not there. */
    private static final long ABSENT = 0;

    /** The state of a key whose value has no bytes, and so no number. */
    private static final long EMPTY = -1;

    private final String key;
    private final Deque<Attempt> open = new ArrayDeque<>();
    private long confirmed = ABSENT;
    private long lastSequence;

    KeyHistory(String key) {
        this.key = key;
    }

    /** A write in flight: its number and the state it leaves: the number, {@link #EMPTY} or {@link #ABSENT}. */
    private record Attempt(long sequence, long leaves) {}

    String key() {
        return key;
    }

    /** Notes that a SET is about to be sent; returns its number, which goes into the value. */
    long setSent() {
        lastSequence++;
        open.addLast(new Attempt(lastSequence, lastSequence));
        return lastSequence;
    }

    /** Notes that a SET of a value without bytes is about to be sent; returns its number. */
    long emptySetSent() {
        lastSequence++;
        open.addLast(new Attempt(lastSequence, EMPTY));
        return lastSequence;
    }

    /** Notes that a DEL is about to be sent; returns its number. */
    long deleteSent() {
        lastSequence++;
        open.addLast(new Attempt(lastSequence, ABSENT));
        return lastSequence;
    }

    /** Notes that write {@code sequence} was acknowledged; what was sent before it counts no more. */
    void acknowledged(long sequence) {
        while (true) {
            Attempt first = open.pollFirst();
            if (first == null || first.sequence() > sequence) {
                throw new IllegalStateException(key + ": write " + sequence + " is not in flight");
            }
            if (first.sequence() == sequence) {
                confirmed = first.leaves();
                return;
            }
        }
    }

    /**
     * How many keys the DEL {@code sequence} must have removed: 0 or 1; empty if a write before it had no
     * acknowledgement, so that it is unknown. Asked before {@link #acknowledged}.
     */
    Optional<Long> deleteRemoves(long sequence) {
        Attempt first = open.peekFirst();
        if (first == null || first.sequence() != sequence) {
            return Optional.empty();
        }
        return Optional.of(confirmed == ABSENT ? 0L : 1L);
    }

    /**
     * Judges what a GET of the same connection read, at the moment when all answers to earlier commands are in.
     *
     * @param value as read, {@code null} for nil
     * @param sentBefore number of the last write sent before the GET
     * @return what is wrong with it
     */
    Optional<String> judgeRead(byte @Nullable [] value, long sentBefore) {
        return judge(value, sentBefore).violation();
    }

    /** Number of the last write sent. */
    long lastSequence() {
        return lastSequence;
    }

    /**
     * Checks the value of the key after a restart, and takes it as confirmed: a later read may not go back behind it.
     *
     * @param value as read, {@code null} for nil
     * @return what is wrong with it
     */
    Optional<String> judgeAfterRestart(byte @Nullable [] value) {
        Verdict verdict = judge(value, lastSequence);
        open.clear();
        confirmed = verdict.state();
        return verdict.violation();
    }

    private record Verdict(long state, Optional<String> violation) {}

    private Verdict judge(byte @Nullable [] value, long upTo) {
        long state = ABSENT;
        if (value != null && value.length == 0) {
            state = EMPTY;
        } else if (value != null) {
            SelfDescribingValue.Reading reading = SelfDescribingValue.decode(key, value);
            if (reading instanceof SelfDescribingValue.Reading.Damaged damaged) {
                return new Verdict(confirmed, Optional.of(key + ": " + damaged.why() + "; expected " + expected(upTo)));
            }
            state = ((SelfDescribingValue.Reading.Whole) reading).sequence();
        }
        long found = state;
        boolean allowed = found == confirmed
                || open.stream().anyMatch(attempt -> attempt.sequence() <= upTo && attempt.leaves() == found);
        return new Verdict(
                state,
                allowed
                        ? Optional.empty()
                        : Optional.of(key + ": holds " + name(state) + "; expected " + expected(upTo)));
    }

    private String expected(long upTo) {
        StringBuilder text = new StringBuilder(name(confirmed)).append(" (acknowledged)");
        open.stream().filter(attempt -> attempt.sequence() <= upTo).forEach(attempt -> text.append(" or ")
                .append(name(attempt.leaves())));
        return text.toString();
    }

    private static String name(long state) {
        return state == ABSENT ? "nothing" : state == EMPTY ? "an empty value" : "write " + state;
    }
}
