package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command to one shard. A {@link Write} goes through the log and is evaluated when its entry is applied; a {@link Read} is
 * answered from applied entries. Every key must belong to the shard. Arrays are not copied: the caller must not change them
 * afterwards.
 */
public sealed interface Command {

    /** The keys it names, in order; a key named twice is in it twice. */
    List<byte[]> keys();

    /** Upper bound of the bytes that it needs in memory, in the log and in the data files; see {@link WriteCost}. */
    long weight();

    /**
     * Evaluates it as part of the entry being applied; sees the changes of the commands before it in the entry. On the
     * applying thread.
     *
     * @throws IOException if stored bytes that the result depends on can't be read: the entry must not be applied then,
     *     because a replay might give another result
     */
    Result apply(Bitcask data) throws IOException;

    /** Changes data; logged. */
    sealed interface Write extends Command permits Set, SetAll, Delete, IncrementBy {

        /** Its kind in the log. */
        WriteKind kind();

        /** Number of bytes that {@link #encode} writes. */
        int encodedBytes();

        /** Writes it as it stands in the log, at the buffer's position; {@link WriteKind} has the format. */
        void encode(ByteBuffer out);

        /** Whether it may use more space, so that it is refused while space is low. */
        boolean addsData();

        /**
         * Number of changes that it has made: keys set, and existing keys removed.
         *
         * @param result its own, not a {@link Result.Failure}
         */
        long changes(Result result);
    }

    /** Changes nothing; never logged. */
    sealed interface Read extends Command permits Get, GetAll, Exists, ValueLength {

        /** Evaluates it. */
        Result evaluate(ReadView view) throws IOException;

        /** Whether its result holds the values of its keys. */
        boolean returnsValues();

        @Override
        default long weight() {
            return Weights.KEY; // it enters no log and no file
        }

        @Override
        default Result apply(Bitcask data) {
            return Evaluator.readPending(this, data);
        }
    }

    /** Stores a value. Answers {@link Result.Ok}. */
    record Set(byte[] key, byte[] value) implements Write {

        @Override
        public WriteKind kind() {
            return WriteKind.SET;
        }

        @Override
        public int encodedBytes() {
            return 1 + CommandCodec.sizeOf(this);
        }

        @Override
        public void encode(ByteBuffer out) {
            out.put(kind().code());
            CommandCodec.put(this, out);
        }

        @Override
        public List<byte[]> keys() {
            return List.of(key);
        }

        @Override
        public long weight() {
            return Weights.CALL + pairWeight();
        }

        @Override
        public Result apply(Bitcask data) {
            data.put(key, value);
            return Result.Ok.OK;
        }

        @Override
        public boolean addsData() {
            return true;
        }

        @Override
        public long changes(Result result) {
            return 1;
        }

        private long pairWeight() {
            return Weights.KEY + key.length + value.length;
        }
    }

    /** Stores several values, all or none. Answers {@link Result.Ok}. */
    record SetAll(List<Set> pairs) implements Write {

        @Override
        public WriteKind kind() {
            return WriteKind.SET_ALL;
        }

        @Override
        public int encodedBytes() {
            int bytes = 1 + 4;
            for (Set pair : pairs) {
                bytes += CommandCodec.sizeOf(pair);
            }
            return bytes;
        }

        @Override
        public void encode(ByteBuffer out) {
            out.put(kind().code()).putInt(pairs.size());
            for (Set pair : pairs) {
                CommandCodec.put(pair, out);
            }
        }

        @Override
        public List<byte[]> keys() {
            return pairs.stream().map(Set::key).toList();
        }

        @Override
        public long weight() {
            return Weights.CALL + pairs.stream().mapToLong(Set::pairWeight).sum();
        }

        @Override
        public Result apply(Bitcask data) {
            for (Set pair : pairs) {
                data.put(pair.key(), pair.value());
            }
            return Result.Ok.OK;
        }

        @Override
        public boolean addsData() {
            return true;
        }

        @Override
        public long changes(Result result) {
            return pairs.size();
        }
    }

    /** Removes keys. Answers how many of them existed, as {@link Result.Count}. */
    record Delete(List<byte[]> keys) implements Write {

        @Override
        public WriteKind kind() {
            return WriteKind.DELETE;
        }

        @Override
        public int encodedBytes() {
            int bytes = 1 + 4;
            for (byte[] key : keys) {
                bytes += CommandCodec.sizeOf(key);
            }
            return bytes;
        }

        @Override
        public void encode(ByteBuffer out) {
            out.put(kind().code()).putInt(keys.size());
            for (byte[] key : keys) {
                CommandCodec.put(key, out);
            }
        }

        @Override
        public long weight() {
            long bytes = Weights.CALL;
            for (byte[] key : keys) {
                bytes += Weights.KEY + key.length;
            }
            return bytes;
        }

        @Override
        public Result apply(Bitcask data) {
            long removed = 0;
            for (byte[] key : keys) {
                if (data.pendingContains(key)) {
                    data.remove(key);
                    removed++;
                }
            }
            return new Result.Count(removed);
        }

        @Override
        public boolean addsData() {
            return false;
        }

        @Override
        public long changes(Result result) {
            return result.number();
        }
    }

    /**
     * Adds to a decimal 64-bit integer; a missing key counts as 0. Answers the new value as {@link Result.Count}, or
     * {@link Result.Failure} of kind {@code NOT_AN_INTEGER} or {@code OVERFLOW}.
     */
    record IncrementBy(byte[] key, long delta) implements Write {

        @Override
        public WriteKind kind() {
            return WriteKind.INCREMENT_BY;
        }

        @Override
        public int encodedBytes() {
            return 1 + CommandCodec.sizeOf(key) + 8;
        }

        @Override
        public void encode(ByteBuffer out) {
            out.put(kind().code());
            CommandCodec.put(key, out);
            out.putLong(delta);
        }

        @Override
        public List<byte[]> keys() {
            return List.of(key);
        }

        @Override
        public long weight() {
            return Weights.CALL + Weights.KEY + Weights.INTEGER + key.length;
        }

        @Override
        public Result apply(Bitcask data) throws IOException {
            byte[] stored = data.pending(key);
            Long current = stored == null ? Long.valueOf(0) : Evaluator.parse(stored);
            if (current == null) {
                return new Result.Failure(Result.Kind.NOT_AN_INTEGER, "value is not an integer or out of range");
            }
            long sum = current + delta;
            if (((current ^ sum) & (delta ^ sum)) < 0) {
                return new Result.Failure(Result.Kind.OVERFLOW, "increment or decrement would overflow");
            }
            data.put(key, Long.toString(sum).getBytes(StandardCharsets.US_ASCII));
            return new Result.Count(sum);
        }

        @Override
        public boolean addsData() {
            return true;
        }

        @Override
        public long changes(Result result) {
            return 1;
        }
    }

    /** Answers {@link Result.Value}. */
    record Get(byte[] key) implements Read {

        @Override
        public List<byte[]> keys() {
            return List.of(key);
        }

        @Override
        public Result evaluate(ReadView view) throws IOException {
            return new Result.Value(view.get(key));
        }

        @Override
        public boolean returnsValues() {
            return true;
        }
    }

    /** Answers {@link Result.Values}, in the order of the keys. */
    record GetAll(List<byte[]> keys) implements Read {

        @Override
        public Result evaluate(ReadView view) throws IOException {
            List<byte @Nullable []> values = new ArrayList<>(keys.size());
            long bytes = 0;
            for (byte[] key : keys) {
                byte[] value = view.get(key);
                values.add(value);
                bytes += value == null ? 0 : value.length;
                if (bytes > Evaluator.MAX_VALUE_BYTES) {
                    return Evaluator.tooLarge(Evaluator.MAX_VALUE_BYTES);
                }
            }
            return new Result.Values(values);
        }

        @Override
        public boolean returnsValues() {
            return true;
        }
    }

    /** Answers how many of the keys exist, as {@link Result.Count}; a key given twice counts twice. */
    record Exists(List<byte[]> keys) implements Read {

        @Override
        public Result evaluate(ReadView view) throws IOException {
            long found = 0;
            for (byte[] key : keys) {
                found += view.contains(key) ? 1 : 0;
            }
            return new Result.Count(found);
        }

        @Override
        public boolean returnsValues() {
            return false;
        }
    }

    /** Answers the value's length in bytes, 0 for a missing key, as {@link Result.Count}. */
    record ValueLength(byte[] key) implements Read {

        @Override
        public List<byte[]> keys() {
            return List.of(key);
        }

        @Override
        public Result evaluate(ReadView view) throws IOException {
            return new Result.Count(view.valueLength(key));
        }

        @Override
        public boolean returnsValues() {
            return false;
        }
    }
}
