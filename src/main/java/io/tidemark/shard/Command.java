package io.tidemark.shard;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A command to one shard. A {@link Write} goes through the log and is evaluated when its entry is applied; a {@link Read} is
 * answered from applied entries. Every key must belong to the shard. Arrays are not copied: the caller must not change them
 * afterwards.
 */
public sealed interface Command {

    /** Changes data; logged. */
    sealed interface Write extends Command permits Set, SetAll, Delete, IncrementBy {

        /** Its kind in the log. */
        WriteKind kind();

        /** Number of bytes that {@link #encode} writes. */
        int encodedBytes();

        /** Writes it as it stands in the log, at the buffer's position; {@link WriteKind} has the format. */
        void encode(ByteBuffer out);
    }

    /** Changes nothing; never logged. */
    sealed interface Read extends Command permits Get, GetAll, Exists, ValueLength {}

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
    }

    /** Answers {@link Result.Value}. */
    record Get(byte[] key) implements Read {}

    /** Answers {@link Result.Values}, in the order of the keys. */
    record GetAll(List<byte[]> keys) implements Read {}

    /** Answers how many of the keys exist, as {@link Result.Count}; a key given twice counts twice. */
    record Exists(List<byte[]> keys) implements Read {}

    /** Answers the value's length in bytes, 0 for a missing key, as {@link Result.Count}. */
    record ValueLength(byte[] key) implements Read {}
}
