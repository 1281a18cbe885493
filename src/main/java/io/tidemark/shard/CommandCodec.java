package io.tidemark.shard;

import io.tidemark.shard.Command.Delete;
import io.tidemark.shard.Command.IncrementBy;
import io.tidemark.shard.Command.Set;
import io.tidemark.shard.Command.SetAll;
import io.tidemark.shard.Command.Write;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The payload of a log entry: its commands, in order, one after another up to the end of the payload; {@link WriteKind} has
 * the format of one. The frame around it has the checksum, so a payload that does not parse was written by another version
 * or by a bug.
 */
final class CommandCodec {

    /** Reads a part of a command. */
    @FunctionalInterface
    private interface Reader<T> {
        T read(ByteBuffer in) throws IOException;
    }

    private CommandCodec() {}

    static int sizeOf(byte[] bytes) {
        return 4 + bytes.length;
    }

    static int sizeOf(Set pair) {
        return sizeOf(pair.key()) + sizeOf(pair.value());
    }

    static void put(byte[] bytes, ByteBuffer out) {
        out.putInt(bytes.length).put(bytes);
    }

    static void put(Set pair, ByteBuffer out) {
        put(pair.key(), out);
        put(pair.value(), out);
    }

    /**
     * Reads the next command.
     *
     * @throws IOException if the bytes are not a complete command of a known kind
     */
    static Write decode(ByteBuffer in) throws IOException {
        try {
            byte code = in.get();
            WriteKind kind = WriteKind.of(code);
            if (kind == null) {
                throw new IOException("command of unknown kind " + code + "; was it written by a newer version?");
            }
            return switch (kind) { // without a default: a new kind compiles only with its decoding
                case SET -> pair(in);
                case SET_ALL -> new SetAll(list(in, 8, CommandCodec::pair));
                case DELETE -> new Delete(list(in, 4, CommandCodec::bytes));
                case INCREMENT_BY -> new IncrementBy(bytes(in), in.getLong());
            };
        } catch (BufferUnderflowException e) {
            throw new IOException("a command ends in the middle", e);
        }
    }

    private static Set pair(ByteBuffer in) throws IOException {
        return new Set(bytes(in), bytes(in));
    }

    private static <T> List<T> list(ByteBuffer in, int minBytesEach, Reader<T> each) throws IOException {
        int count = in.getInt();
        if (count < 0 || count > in.remaining() / minBytesEach) {
            throw new IOException("a command of " + count + " parts in " + in.remaining() + " bytes");
        }
        List<T> parts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            parts.add(each.read(in));
        }
        return parts;
    }

    private static byte[] bytes(ByteBuffer in) throws IOException {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new IOException("a field of " + length + " bytes where " + in.remaining() + " are left");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
