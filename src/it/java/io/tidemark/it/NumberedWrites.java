package io.tidemark.it;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes its keys over and over, over one connection and in batches, each key's writes numbered from 1; of every fifth key
 * every seventh write removes it. At any moment, also while it writes, any thread can ask up to which number each key's
 * writes have been acknowledged and sent: a state of the server of that moment has of each key a write between the two.
 */
final class NumberedWrites {
    private static final int BATCH = 16;
    private static final int REMOVES = 7;
    /** The maximum lead over the last awaited write: a slow check must not fill the disk. */
    private static final int MAX_LEAD = 20_000;

    private final AtomicLongArray sent;
    private final AtomicLongArray acknowledged;
    private volatile long limit = MAX_LEAD;

    NumberedWrites(int keys) {
        sent = new AtomicLongArray(keys);
        acknowledged = new AtomicLongArray(keys);
    }

    /**
     * Writes until stopped, all answers read, or until the connection breaks; pauses when it is far ahead of what was
     * waited for.
     *
     * @return whether the connection held and every write was accepted
     */
    boolean run(int port, BooleanSupplier stop) {
        Deque<Integer> inFlight = new ArrayDeque<>();
        try (RespClient connection = RespClient.connect(port)) {
            int next = 0;
            while (!stop.getAsBoolean()) {
                if (total() + inFlight.size() >= limit) {
                    while (!inFlight.isEmpty()) {
                        receive(connection, inFlight);
                    }
                    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
                    continue;
                }
                for (int i = 0; i < BATCH; i++) {
                    int key = (next + i) % sent.length();
                    send(connection, key);
                    inFlight.addLast(key);
                }
                connection.flush();
                while (inFlight.size() > BATCH) {
                    receive(connection, inFlight);
                }
                next += BATCH;
            }
            while (!inFlight.isEmpty()) {
                receive(connection, inFlight);
            }
            return true;
        } catch (IOException broken) {
            return false;
        }
    }

    private void send(RespClient connection, int key) throws IOException {
        long number = sent.incrementAndGet(key);
        if (removes(key, number)) {
            connection.send("DEL", name(key));
        } else {
            int bytes = number % 50 == 1 ? 20_000 : SelfDescribingValue.MIN_BYTES + (int) (number % 11) * 60;
            connection.send("SET", name(key), SelfDescribingValue.encode(name(key), number, bytes));
        }
    }

    /** Of few keys: one that is not there says little, as soon as more than a few writes are in flight. */
    private static boolean removes(int key, long number) {
        return number == 0 || (key % 5 == 0 && (number + key) % REMOVES == 0);
    }

    private static boolean mayBeRemoved(int key, long least, long limit) {
        return LongStream.rangeClosed(least, Math.min(limit, least + REMOVES)).anyMatch(number -> removes(key, number));
    }

    private void receive(RespClient connection, Deque<Integer> inFlight) throws IOException {
        Object reply = connection.read();
        if (reply instanceof RespClient.Failure refused) {
            throw new IOException(refused.message());
        }
        acknowledged.incrementAndGet(inFlight.removeFirst());
    }

    private static String name(int key) {
        return "numbered:" + key;
    }

    /** The number of each key's last acknowledged write. */
    long[] acknowledged() {
        return IntStream.range(0, acknowledged.length())
                .mapToLong(acknowledged::get)
                .toArray();
    }

    /** The number of each key's last write that has been sent, or is about to be. */
    long[] sent() {
        return IntStream.range(0, sent.length()).mapToLong(sent::get).toArray();
    }

    /** Waits until so many more writes have been acknowledged, 20 s at most; some more follow. */
    void awaitMore(long writes) {
        long until = total() + writes;
        limit = until + MAX_LEAD;
        long began = System.nanoTime();
        while (total() < until) {
            if (System.nanoTime() - began > TimeUnit.SECONDS.toNanos(20)) {
                throw new AssertionError("only " + total() + " of " + until + " writes in 20 s");
            }
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
        }
    }

    private long total() {
        return LongStream.of(acknowledged()).sum();
    }

    /** What each key holds. */
    List<byte @Nullable []> read(RespClient connection) throws IOException {
        List<byte @Nullable []> values = new ArrayList<>();
        for (int key = 0; key < sent.length(); key++) {
            values.add((byte[]) connection.call("GET", name(key)));
        }
        return values;
    }

    /** What is wrong with these values, if each key's write must be one of these numbers. */
    static List<String> violations(List<byte @Nullable []> values, long[] least, long[] limit) {
        List<String> violations = new ArrayList<>();
        for (int key = 0; key < least.length; key++) {
            byte[] value = values.get(key);
            String wanted = name(key) + ": expected write " + least[key] + " to " + limit[key] + ", found ";
            if (value == null) {
                if (!mayBeRemoved(key, least[key], limit[key])) {
                    violations.add(wanted + "nothing");
                }
            } else if (SelfDescribingValue.decode(name(key), value)
                    instanceof SelfDescribingValue.Reading.Whole whole) {
                if (whole.sequence() < least[key] || whole.sequence() > limit[key]) {
                    violations.add(wanted + whole.sequence());
                }
            } else {
                violations.add(wanted + "a value that is none of its");
            }
        }
        return violations;
    }
}
