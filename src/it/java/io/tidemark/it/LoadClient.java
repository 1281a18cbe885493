package io.tidemark.it;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * One connection that writes its own keys without pause, pipelined, two batches in flight at a time, until it is stopped
 * or until the server is gone. What it draws depends on the seed alone. One thread at a time.
 */
final class LoadClient {

    private final AcknowledgementRecorder recorder;
    private final SplittableRandom random;
    private final Function<SplittableRandom, LoadMix> mixes;

    /**
     * @param recorder what this client alone writes
     * @param random of its own
     * @param pipeline commands a batch
     */
    LoadClient(AcknowledgementRecorder recorder, SplittableRandom random, int pipeline) {
        this(recorder, random, drawn -> LoadMix.usual(pipeline));
    }

    /**
     * @param recorder what this client alone writes
     * @param random of its own
     * @param mixes draws what to write in a life of the server
     */
    LoadClient(AcknowledgementRecorder recorder, SplittableRandom random, Function<SplittableRandom, LoadMix> mixes) {
        this.recorder = recorder;
        this.random = random;
        this.mixes = mixes;
    }

    AcknowledgementRecorder recorder() {
        return recorder;
    }

    /**
     * Loads one server for one of its lives. Returns when {@code stop} says so, all answers read, or when the
     * connection breaks; what had no answer by then stays in flight.
     *
     * @return whether the connection held
     */
    boolean run(int port, BooleanSupplier stop) {
        LoadMix mix = mixes.apply(random);
        Deque<Operation> inFlight = new ArrayDeque<>();
        try (RespClient connection = RespClient.connect(port)) {
            while (!stop.getAsBoolean()) {
                LockSupport.parkNanos(mix.pause().toNanos());
                send(connection, mix, inFlight);
                receive(connection, inFlight, mix.pipeline());
            }
            receive(connection, inFlight, 0);
            return true;
        } catch (IOException gone) {
            return false;
        }
    }

    private void send(RespClient connection, LoadMix mix, Deque<Operation> inFlight) throws IOException {
        for (int i = 0; i < mix.pipeline(); i++) {
            Operation operation = draw(mix);
            if (!(operation instanceof Operation.Get)) {
                recorder.writeSent();
            }
            inFlight.addLast(operation);
            connection.send(operation.command());
        }
        connection.flush();
    }

    private void receive(RespClient connection, Deque<Operation> inFlight, int leave) throws IOException {
        while (inFlight.size() > leave) {
            Object reply = connection.read();
            inFlight.removeFirst().answered(reply, recorder);
        }
    }

    private Operation draw(LoadMix mix) {
        int percent = random.nextInt(100);
        if (percent < 15) {
            return Operation.Increment.of(
                    recorder.counters().get(random.nextInt(recorder.counters().size())));
        }
        if (percent < 22) {
            return Operation.Get.of(anyKey(mix));
        }
        if (percent < 26) {
            return severalSets(mix);
        }
        KeyHistory key = anyKey(mix);
        if (percent < 26 + mix.deletePercent()) {
            return Operation.Delete.of(key);
        }
        return Operation.Set.of(key, mix.lengths().draw(random));
    }

    private Operation severalSets(LoadMix mix) {
        List<KeyHistory> chosen = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            KeyHistory key = anyKey(mix);
            if (!chosen.contains(key)) {
                chosen.add(key);
            }
        }
        return new Operation.SetAll(chosen.stream()
                .map(key -> Operation.Set.of(key, mix.lengths().draw(random)))
                .toList());
    }

    private KeyHistory anyKey(LoadMix mix) {
        int all = recorder.keys().size();
        boolean hot = mix.hotKeys() < all && random.nextInt(10) < 8;
        return recorder.keys().get(random.nextInt(hot ? mix.hotKeys() : all));
    }
}
