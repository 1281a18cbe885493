package io.tidemark.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One command of a load client, from its sending to its answer. Answers must be handed over in the order of sending,
 * each to its own operation.
 */
sealed interface Operation {

    /** The command's words, as {@link RespClient#send} takes them. */
    Object[] command();

    /** Judges and records the answer. */
    void answered(@Nullable Object reply, AcknowledgementRecorder recorder);

    /** A SET that has its number in its value, unless that has no bytes. */
    record Set(KeyHistory history, long sequence, int lengthBytes) implements Operation {

        static Set of(KeyHistory history, int lengthBytes) {
            return new Set(history, lengthBytes == 0 ? history.emptySetSent() : history.setSent(), lengthBytes);
        }

        byte[] value() {
            return lengthBytes == 0 ? new byte[0] : SelfDescribingValue.encode(history.key(), sequence, lengthBytes);
        }

        @Override
        public Object[] command() {
            return new Object[] {"SET", history.key(), value()};
        }

        @Override
        public void answered(@Nullable Object reply, AcknowledgementRecorder recorder) {
            if (accepted("SET", "OK", reply, recorder)) {
                history.acknowledged(sequence);
            }
        }
    }

    /** An MSET of several keys, none of them twice. */
    record SetAll(List<Set> parts) implements Operation {

        @Override
        public Object[] command() {
            List<Object> words = new ArrayList<>();
            words.add("MSET");
            for (Set part : parts) {
                words.add(part.history().key());
                words.add(part.value());
            }
            return words.toArray();
        }

        @Override
        public void answered(@Nullable Object reply, AcknowledgementRecorder recorder) {
            if (accepted("MSET", "OK", reply, recorder)) {
                parts.forEach(part -> part.history().acknowledged(part.sequence()));
            }
        }
    }

    /** A DEL of one key. */
    record Delete(KeyHistory history, long sequence) implements Operation {

        static Delete of(KeyHistory history) {
            return new Delete(history, history.deleteSent());
        }

        @Override
        public Object[] command() {
            return new Object[] {"DEL", history.key()};
        }

        @Override
        public void answered(@Nullable Object reply, AcknowledgementRecorder recorder) {
            if (!(reply instanceof Long removed)) {
                refused("DEL", reply, recorder);
                return;
            }
            Optional<Long> expected = history.deleteRemoves(sequence);
            if (expected.isPresent() && !expected.get().equals(removed)) {
                recorder.judged(
                        Optional.of(history.key() + ": DEL removed " + removed + " keys; expected " + expected.get()));
            }
            history.acknowledged(sequence);
            recorder.writeAcknowledged();
        }
    }

    /** An INCR. */
    record Increment(CounterHistory history) implements Operation {

        static Increment of(CounterHistory history) {
            history.incrementSent();
            return new Increment(history);
        }

        @Override
        public Object[] command() {
            return new Object[] {"INCR", history.key()};
        }

        @Override
        public void answered(@Nullable Object reply, AcknowledgementRecorder recorder) {
            if (reply instanceof Long value) {
                recorder.judged(history.acknowledged(value));
                recorder.writeAcknowledged();
            } else {
                history.incrementFailed();
                refused("INCR", reply, recorder);
            }
        }
    }

    /** A GET, which must see every write before it on its connection. */
    record Get(KeyHistory history, long sentBefore) implements Operation {

        static Get of(KeyHistory history) {
            return new Get(history, history.lastSequence());
        }

        @Override
        public Object[] command() {
            return new Object[] {"GET", history.key()};
        }

        @Override
        public void answered(@Nullable Object reply, AcknowledgementRecorder recorder) {
            if (reply == null || reply instanceof byte[]) {
                recorder.judged(history.judgeRead((byte[]) reply, sentBefore));
                recorder.readAnswered();
            } else if (reply instanceof RespClient.Failure failure) {
                recorder.readRefused("GET: " + failure.message());
            } else {
                recorder.judged(Optional.of(history.key() + ": GET answered " + reply));
            }
        }
    }

    private static boolean accepted(String name, String wanted, @Nullable Object reply, AcknowledgementRecorder to) {
        if (wanted.equals(reply)) {
            to.writeAcknowledged();
            return true;
        }
        refused(name, reply, to);
        return false;
    }

    private static void refused(String name, @Nullable Object reply, AcknowledgementRecorder recorder) {
        if (reply instanceof RespClient.Failure failure) {
            recorder.writeRefused(name + ": " + failure.message());
        } else {
            recorder.judged(Optional.of(name + " answered " + reply));
        }
    }
}
