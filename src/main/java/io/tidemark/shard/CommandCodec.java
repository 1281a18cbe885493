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
 * The payload of a log entry: its commands, in order, one after another up to the end of the payload.
 *
 * <pre>
 *   command   := kind:u8 body
 *   1 Set         key value
 *   2 SetAll      count:i32 (key value)*
 *   3 Delete      count:i32 key*
 *   4 IncrementBy key delta:i64
 *   key, value := length:i32 bytes
 * </pre>
 *
 * Big-endian. The frame around it has the checksum, so a payload that does not parse was written by another version or by a
 * bug.
 */
final class CommandCodec {
    private static final byte SET = 1;
    private static final byte SET_ALL = 2;
    private static final byte DELETE = 3;
    private static final byte INCREMENT_BY = 4;

    private CommandCodec() {}

    /** Number of bytes that {@link #encode} writes. */
    static int size(Write write) {
        if (write instanceof Set set) {
            return 1 + pair(set);
        } else if (write instanceof SetAll all) {
            int size = 5;
            for (Set set : all.pairs()) {
                size += pair(set);
            }
            return size;
        } else if (write instanceof Delete delete) {
            int size = 5;
            for (byte[] key : delete.keys()) {
                size += 4 + key.length;
            }
            return size;
        }
        return 1 + 4 + ((IncrementBy) write).key().length + 8;
    }

    private static int pair(Set set) {
        return 8 + set.key().length + set.value().length;
    }

    static void encode(Write write, ByteBuffer out) {
        if (write instanceof Set set) {
            out.put(SET);
            put(set.key(), out);
            put(set.value(), out);
        } else if (write instanceof SetAll all) {
            out.put(SET_ALL).putInt(all.pairs().size());
            for (Set set : all.pairs()) {
                put(set.key(), out);
                put(set.value(), out);
            }
        } else if (write instanceof Delete delete) {
            out.put(DELETE).putInt(delete.keys().size());
            for (byte[] key : delete.keys()) {
                put(key, out);
            }
        } else if (write instanceof IncrementBy increment) {
            out.put(INCREMENT_BY);
            put(increment.key(), out);
            out.putLong(increment.delta());
        }
    }

    private static void put(byte[] bytes, ByteBuffer out) {
        out.putInt(bytes.length).put(bytes);
    }

    /**
     * Reads the next command.
     *
     * @throws IOException if the bytes are not a complete command of a known kind
     */
    static Write decode(ByteBuffer in) throws IOException {
        try {
            byte kind = in.get();
            return switch (kind) {
                case SET -> new Set(bytes(in), bytes(in));
                case SET_ALL -> {
                    int count = count(in, 8);
                    List<Set> pairs = new ArrayList<>(count);
                    for (int i = 0; i < count; i++) {
                        pairs.add(new Set(bytes(in), bytes(in)));
                    }
                    yield new SetAll(pairs);
                }
                case DELETE -> {
                    int count = count(in, 4);
                    List<byte[]> keys = new ArrayList<>(count);
                    for (int i = 0; i < count; i++) {
                        keys.add(bytes(in));
                    }
                    yield new Delete(keys);
                }
                case INCREMENT_BY -> new IncrementBy(bytes(in), in.getLong());
                default ->
                    throw new IOException("command of unknown kind " + kind + "; was it written by a newer version?");
            };
        } catch (BufferUnderflowException e) {
            throw new IOException("a command ends in the middle", e);
        }
    }

    private static int count(ByteBuffer in, int minBytesEach) throws IOException {
        int count = in.getInt();
        if (count < 0 || count > in.remaining() / minBytesEach) {
            throw new IOException("a command of " + count + " parts in " + in.remaining() + " bytes");
        }
        return count;
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
