package io.tidemark.it;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads back, over one connection, every key and counter of a recorder and has the histories judge them. */
final class RestartCheck {

    private static final int BATCH = 100;

    private RestartCheck() {}

    /**
     * Checks one recorder's keys; what is wrong goes to its violations.
     *
     * @return how many keys and counters were read
     * @throws IOException if the server went away
     */
    static int run(RespClient connection, AcknowledgementRecorder recorder) throws IOException {
        check(connection, recorder, recorder.keys(), KeyHistory::key, KeyHistory::judgeAfterRestart);
        check(connection, recorder, recorder.counters(), CounterHistory::key, CounterHistory::judgeAfterRestart);
        return recorder.keys().size() + recorder.counters().size();
    }

    private static <T> void check(
            RespClient connection,
            AcknowledgementRecorder recorder,
            List<T> histories,
            Function<T, String> key,
            BiFunction<T, byte @Nullable [], Optional<String>> judge)
            throws IOException {
        for (int from = 0; from < histories.size(); from += BATCH) {
            List<T> batch = histories.subList(from, Math.min(from + BATCH, histories.size()));
            for (T history : batch) {
                connection.send("GET", key.apply(history));
            }
            connection.flush();
            for (T history : batch) {
                Object reply = connection.read();
                recorder.judged(
                        reply == null || reply instanceof byte[]
                                ? judge.apply(history, (byte[]) reply)
                                : Optional.of(key.apply(history) + ": GET answered " + reply));
            }
        }
    }
}
