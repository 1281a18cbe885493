package io.tidemark.redis;

import io.tidemark.shard.Command;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

/** The commands on keys. Each finds its shards and says what they shall do. */
final class DataCommands {

    /** Longest key; a value is bounded by the request that carries it. */
    static final int MAX_KEY_BYTES = 65_535;

    private static final Set<String> SET_OPTIONS =
            Set.of("ex", "px", "exat", "pxat", "nx", "xx", "get", "keepttl", "ifeq");

    private DataCommands() {}

    static boolean get(Connection connection, byte[][] arguments) {
        return one(connection, arguments[1], new Command.Get(arguments[1]));
    }

    static boolean set(Connection connection, byte[][] arguments) {
        if (arguments.length > 3) {
            connection.error(badSetOption(arguments));
            return true;
        }
        return one(connection, arguments[1], new Command.Set(arguments[1], arguments[2]));
    }

    static boolean strlen(Connection connection, byte[][] arguments) {
        return one(connection, arguments[1], new Command.ValueLength(arguments[1]));
    }

    static boolean incr(Connection connection, byte[][] arguments) {
        return one(connection, arguments[1], new Command.IncrementBy(arguments[1], 1));
    }

    static boolean decr(Connection connection, byte[][] arguments) {
        return one(connection, arguments[1], new Command.IncrementBy(arguments[1], -1));
    }

    static boolean incrBy(Connection connection, byte[][] arguments) {
        return increment(connection, arguments, false);
    }

    static boolean decrBy(Connection connection, byte[][] arguments) {
        return increment(connection, arguments, true);
    }

    static boolean del(Connection connection, byte[][] arguments) {
        return many(connection, keys(arguments), Command.Delete::new);
    }

    static boolean exists(Connection connection, byte[][] arguments) {
        return many(connection, keys(arguments), Command.Exists::new);
    }

    static boolean mget(Connection connection, byte[][] arguments) {
        return many(connection, keys(arguments), Command.GetAll::new);
    }

    static boolean mset(Connection connection, byte[][] arguments) {
        if (arguments.length % 2 == 0) {
            connection.error(ErrorTexts.wrongArity("mset"));
            return true;
        }
        List<byte[]> keys = new ArrayList<>(arguments.length / 2);
        for (int i = 1; i < arguments.length; i += 2) {
            keys.add(arguments[i]);
        }
        return cut(connection, keys, positions -> {
            List<Command.Set> pairs = new ArrayList<>(positions.length);
            for (int position : positions) {
                pairs.add(new Command.Set(arguments[2 * position + 1], arguments[2 * position + 2]));
            }
            return new Command.SetAll(pairs);
        });
    }

    private static boolean increment(Connection connection, byte[][] arguments, boolean negate) {
        long by;
        try {
            by = Words.integer(arguments[2]);
        } catch (NumberFormatException e) {
            connection.error(ErrorTexts.NOT_AN_INTEGER);
            return true;
        }
        if (negate && by == Long.MIN_VALUE) {
            connection.error("ERR decrement would overflow");
            return true;
        }
        return one(connection, arguments[1], new Command.IncrementBy(arguments[1], negate ? -by : by));
    }

    private static boolean one(Connection connection, byte[] key, Command command) {
        if (key.length > MAX_KEY_BYTES) {
            connection.error(keyTooLong(key));
            return true;
        }
        return connection.call(KeySlots.shard(key, connection.server().shards().count()), command);
    }

    private static boolean many(Connection connection, List<byte[]> keys, Function<List<byte[]>, Command> command) {
        return cut(connection, keys, positions -> {
            List<byte[]> share = new ArrayList<>(positions.length);
            for (int position : positions) {
                share.add(keys.get(position));
            }
            return command.apply(share);
        });
    }

    private static boolean cut(Connection connection, List<byte[]> keys, Function<int[], Command> command) {
        for (byte[] key : keys) {
            if (key.length > MAX_KEY_BYTES) {
                connection.error(keyTooLong(key));
                return true;
            }
        }
        return connection.callAll(
                KeysByShard.cut(keys, connection.server().shards().count(), command));
    }

    private static List<byte[]> keys(byte[][] arguments) {
        return Arrays.asList(arguments).subList(1, arguments.length);
    }

    private static String keyTooLong(byte[] key) {
        return "ERR key of " + key.length + " bytes is too long; the longest is " + MAX_KEY_BYTES + " bytes";
    }

    /** Redis knows the option and this server does not, or neither knows it. */
    private static String badSetOption(byte[][] arguments) {
        String option = Words.lowerCase(arguments[3]);
        if (!SET_OPTIONS.contains(option)) {
            return ErrorTexts.SYNTAX;
        }
        return "ERR SET option '" + option.toUpperCase(Locale.ROOT) + "' is not supported yet";
    }
}
