package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.bitcask.LostRecordException;
import io.tidemark.disk.CorruptionException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands over a shard's data, and bounds what they read. What a command does is a method of its record, the same in
 * service and on replay.
 */
final class Evaluator {
    /** Maximum bytes of values that one command may read from a shard. */
    static final long MAX_VALUE_BYTES = 64L << 20;

    /** The same for all reads in a log entry, which may be those of many clients; depends on the heap. */
    static final long MAX_ENTRY_READ_BYTES =
            Math.max(MAX_VALUE_BYTES, Runtime.getRuntime().maxMemory() / 8);

    private static final int MAX_LONG_DIGITS = 20;

    private Evaluator() {}

    /**
     * Evaluates a command as part of the entry being applied; sees the changes of the commands before it in the entry. On
     * the applying thread.
     *
     * @throws IOException if stored bytes that the result depends on can't be read: the entry must not be applied then,
     *     because a replay might give another result
     */
    static Result apply(Command command, Bitcask data) throws IOException {
        return command.apply(data);
    }

    /** A decimal 64-bit integer in its one canonical form, as Redis takes it; {@code null} for anything else. */
    static @Nullable Long parse(byte[] digits) {
        if (digits.length == 0 || digits.length > MAX_LONG_DIGITS) {
            return null;
        }
        String text = new String(digits, StandardCharsets.US_ASCII);
        try {
            long value = Long.parseLong(text);
            return Long.toString(value).equals(text) ? value : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Answers a read as part of the entry being applied. On the applying thread. */
    static Result readPending(Command.Read read, Bitcask data) {
        try {
            return read.evaluate(new ReadView() {
                @Override
                public byte @Nullable [] get(byte[] key) throws IOException {
                    return data.pending(key);
                }

                @Override
                public boolean contains(byte[] key) {
                    return data.pendingContains(key);
                }

                @Override
                public int valueLength(byte[] key) throws IOException {
                    byte[] value = data.pending(key);
                    return value == null ? 0 : value.length;
                }
            });
        } catch (IOException e) {
            return unreadable(e);
        }
    }

    /**
     * Answers a read from applied entries; on any thread that may block.
     *
     * @throws LostRecordException if the value can be read only after a repair of the shard
     */
    static Result read(Command.Read read, Bitcask data) throws LostRecordException {
        try {
            return read.evaluate(new ReadView() {
                @Override
                public byte @Nullable [] get(byte[] key) throws IOException {
                    return data.get(key);
                }

                @Override
                public boolean contains(byte[] key) {
                    return data.contains(key);
                }

                @Override
                public int valueLength(byte[] key) {
                    return Math.max(0, data.valueLength(key));
                }
            });
        } catch (LostRecordException lost) {
            throw lost;
        } catch (IOException e) {
            return unreadable(e);
        }
    }

    /** The answer to a client whose value can't be read. */
    static Result unreadable(IOException e) {
        String what = "can't be read: ";
        String help = "";
        if (e instanceof CorruptionException) {
            what = "is damaged: ";
        } else if (e instanceof LostRecordException) {
            help = "; it can be read again after the repair";
        }
        return new Result.Failure(Result.Kind.UNREADABLE, "a stored value " + what + e.getMessage() + help);
    }

    /** The answer to a client that reads more than may be in memory at once. */
    static Result tooLarge(long max) {
        return new Result.Failure(
                Result.Kind.TOO_LARGE,
                "more than " + max + " bytes of values are asked of one shard at once; ask for less, or again");
    }

    /** Bytes of the values that a read would return. */
    static long valueBytes(Command.Read read, Bitcask data) {
        long bytes = 0;
        if (read.returnsValues()) {
            for (byte[] key : read.keys()) {
                bytes += Math.max(0, data.valueLength(key));
            }
        }
        return bytes;
    }
}
