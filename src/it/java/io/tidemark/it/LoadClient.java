package io.tidemark.it;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * One connection that writes its own keys without pause, pipelined, two batches under way at a time, until told to stop
 * or until the server is gone. What it draws depends on the seed alone. One thread at a time.
 */
final class LoadClient {

    private final AcknowledgementRecorder recorder;
    private final SplittableRandom random;
    private final int pipeline;

    /**
     * @param recorder what this client alone writes
     * @param random of its own
     * @param pipeline commands a batch
     */
    LoadClient(AcknowledgementRecorder recorder, SplittableRandom random, int pipeline) {
        this.recorder = recorder;
        this.random = random;
        this.pipeline = pipeline;
    }

    AcknowledgementRecorder recorder() {
        return recorder;
    }

    /**
     * Loads one server for one of its lives. Returns when {@code stop} says so, all answers read, or when the
     * connection breaks; what had no answer by then stays under way.
     *
     * @return whether the connection held
     */
    boolean run(int port, BooleanSupplier stop) {
        Deque<Operation> underWay = new ArrayDeque<>();
        try (RespClient connection = RespClient.connect(port)) {
            while (!stop.getAsBoolean()) {
                send(connection, underWay);
                receive(connection, underWay, pipeline);
            }
            receive(connection, underWay, 0);
            return true;
        } catch (IOException gone) {
            return false;
        }
    }

    private void send(RespClient connection, Deque<Operation> underWay) throws IOException {
        for (int i = 0; i < pipeline; i++) {
            Operation operation = draw();
            if (!(operation instanceof Operation.Get)) {
                recorder.writeSent();
            }
            underWay.addLast(operation);
            connection.send(operation.command());
        }
        connection.flush();
    }

    private void receive(RespClient connection, Deque<Operation> underWay, int leave) throws IOException {
        while (underWay.size() > leave) {
            Object reply = connection.read();
            underWay.removeFirst().answered(reply, recorder);
        }
    }

    private Operation draw() {
        int percent = random.nextInt(100);
        if (percent < 15) {
            return Operation.Increment.of(
                    recorder.counters().get(random.nextInt(recorder.counters().size())));
        }
        KeyHistory key = anyKey();
        if (percent < 25) {
            return Operation.Delete.of(key);
        }
        if (percent < 32) {
            return Operation.Get.of(key);
        }
        if (percent < 36) {
            return severalSets();
        }
        return Operation.Set.of(key, length());
    }

    private Operation severalSets() {
        List<KeyHistory> chosen = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            KeyHistory key = anyKey();
            if (!chosen.contains(key)) {
                chosen.add(key);
            }
        }
        return new Operation.SetAll(
                chosen.stream().map(key -> Operation.Set.of(key, length())).toList());
    }

    private KeyHistory anyKey() {
        return recorder.keys().get(random.nextInt(recorder.keys().size()));
    }

    /** Mostly small, a few of some KiB, one in 200 up to 64 KiB. */
    private int length() {
        int draw = random.nextInt(200);
        if (draw == 0) {
            return 4_096 + random.nextInt(61_440);
        }
        return SelfDescribingValue.MIN_BYTES + random.nextInt(draw < 20 ? 8_192 : 400);
    }
}
