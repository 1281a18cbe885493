package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.bitcask.LostRecordException;
import io.tidemark.disk.CorruptionException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates commands over a shard's data. Writes are evaluated here only, in service and on replay, so that both give the
 * same result.
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
        if (command instanceof Command.Set set) {
            data.put(set.key(), set.value());
            return Result.Ok.OK;
        } else if (command instanceof Command.SetAll all) {
            for (Command.Set set : all.pairs()) {
                data.put(set.key(), set.value());
            }
            return Result.Ok.OK;
        } else if (command instanceof Command.Delete delete) {
            long removed = 0;
            for (byte[] key : delete.keys()) {
                if (data.pendingContains(key)) {
                    data.remove(key);
                    removed++;
                }
            }
            return new Result.Count(removed);
        } else if (command instanceof Command.IncrementBy increment) {
            return increment(increment, data);
        }
        return readPending((Command.Read) command, data);
    }

    private static Result increment(Command.IncrementBy increment, Bitcask data) throws IOException {
        byte[] stored = data.pending(increment.key());
        Long current = stored == null ? Long.valueOf(0) : parse(stored);
        if (current == null) {
            return new Result.Failure(Result.Kind.NOT_AN_INTEGER, "value is not an integer or out of range");
        }
        long sum = current + increment.delta();
        if (((current ^ sum) & (increment.delta() ^ sum)) < 0) {
            return new Result.Failure(Result.Kind.OVERFLOW, "increment or decrement would overflow");
        }
        data.put(increment.key(), Long.toString(sum).getBytes(StandardCharsets.US_ASCII));
        return new Result.Count(sum);
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

    private static Result readPending(Command.Read read, Bitcask data) {
        try {
            return read(read, new View() {
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
            return read(read, new View() {
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

    private interface View {
        byte @Nullable [] get(byte[] key) throws IOException;

        boolean contains(byte[] key);

        int valueLength(byte[] key) throws IOException;
    }

    private static Result read(Command.Read read, View view) throws IOException {
        if (read instanceof Command.Get get) {
            return new Result.Value(view.get(get.key()));
        } else if (read instanceof Command.GetAll all) {
            return values(all, view);
        } else if (read instanceof Command.Exists exists) {
            long found = 0;
            for (byte[] key : exists.keys()) {
                found += view.contains(key) ? 1 : 0;
            }
            return new Result.Count(found);
        }
        return new Result.Count(view.valueLength(((Command.ValueLength) read).key()));
    }

    private static Result values(Command.GetAll all, View view) throws IOException {
        List<byte @Nullable []> values = new ArrayList<>(all.keys().size());
        long bytes = 0;
        for (byte[] key : all.keys()) {
            byte[] value = view.get(key);
            values.add(value);
            bytes += value == null ? 0 : value.length;
            if (bytes > MAX_VALUE_BYTES) {
                return tooLarge(MAX_VALUE_BYTES);
            }
        }
        return new Result.Values(values);
    }

    /** The answer to a client that reads more than may be in memory at once. */
    static Result tooLarge(long max) {
        return new Result.Failure(
                Result.Kind.TOO_LARGE,
                "more than " + max + " bytes of values are asked of one shard at once; ask for less, or again");
    }

    /** Bytes of the values that a read would return. */
    static long valueBytes(Command.Read read, Bitcask data) {
        if (read instanceof Command.Get get) {
            return Math.max(0, data.valueLength(get.key()));
        }
        long bytes = 0;
        if (read instanceof Command.GetAll all) {
            for (byte[] key : all.keys()) {
                bytes += Math.max(0, data.valueLength(key));
            }
        }
        return bytes;
    }
}
