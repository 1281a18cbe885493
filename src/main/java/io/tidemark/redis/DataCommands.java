package io.tidemark.redis;

import io.tidemark.redis.protocol.Arguments;
import io.tidemark.redis.protocol.ErrorLines;
import io.tidemark.shard.Command;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

/** The commands on keys: each builds the command for every shard that owns one of its keys, and dispatches it. */
final class DataCommands {

    /** Maximum length of a key. Values are bounded by the size of the request. */
    static final int MAX_KEY_BYTES = 65_535;

    private static final Set<String> SET_OPTIONS =
            Set.of("ex", "px", "exat", "pxat", "nx", "xx", "get", "keepttl", "ifeq");

    private DataCommands() {}

    static boolean get(Connection connection, byte[][] arguments) {
        return dispatch(connection, arguments[1], new Command.Get(arguments[1]));
    }

    static boolean set(Connection connection, byte[][] arguments) {
        if (arguments.length > 3) {
            connection.error(setOptionError(arguments));
            return true;
        }
        return dispatch(connection, arguments[1], new Command.Set(arguments[1], arguments[2]));
    }

    static boolean strlen(Connection connection, byte[][] arguments) {
        return dispatch(connection, arguments[1], new Command.ValueLength(arguments[1]));
    }

    static boolean incr(Connection connection, byte[][] arguments) {
        return dispatch(connection, arguments[1], new Command.IncrementBy(arguments[1], 1));
    }

    static boolean decr(Connection connection, byte[][] arguments) {
        return dispatch(connection, arguments[1], new Command.IncrementBy(arguments[1], -1));
    }

    static boolean incrBy(Connection connection, byte[][] arguments) {
        return increment(connection, arguments, false);
    }

    static boolean decrBy(Connection connection, byte[][] arguments) {
        return increment(connection, arguments, true);
    }

    static boolean del(Connection connection, byte[][] arguments) {
        return dispatchAll(connection, keys(arguments), Command.Delete::new);
    }

    static boolean exists(Connection connection, byte[][] arguments) {
        return dispatchAll(connection, keys(arguments), Command.Exists::new);
    }

    static boolean mget(Connection connection, byte[][] arguments) {
        return dispatchAll(connection, keys(arguments), Command.GetAll::new);
    }

    static boolean mset(Connection connection, byte[][] arguments) {
        if (arguments.length % 2 == 0) {
            connection.error(ErrorLines.wrongArity("mset"));
            return true;
        }
        List<byte[]> keys = new ArrayList<>(arguments.length / 2);
        for (int i = 1; i < arguments.length; i += 2) {
            keys.add(arguments[i]);
        }
        return split(connection, keys, positions -> {
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
            by = Arguments.parseLong(arguments[2]);
        } catch (NumberFormatException e) {
            connection.error(ErrorLines.NOT_AN_INTEGER);
            return true;
        }
        if (negate && by == Long.MIN_VALUE) {
            connection.error("ERR decrement would overflow");
            return true;
        }
        return dispatch(connection, arguments[1], new Command.IncrementBy(arguments[1], negate ? -by : by));
    }

    private static boolean dispatch(Connection connection, byte[] key, Command command) {
        if (key.length > MAX_KEY_BYTES) {
            connection.error(keyTooLong(key));
            return true;
        }
        return connection.call(KeySlots.shard(key, connection.server().shards().count()), command);
    }

    private static boolean dispatchAll(
            Connection connection, List<byte[]> keys, Function<List<byte[]>, Command> command) {
        return split(connection, keys, positions -> {
            List<byte[]> share = new ArrayList<>(positions.length);
            for (int position : positions) {
                share.add(keys.get(position));
            }
            return command.apply(share);
        });
    }

    private static boolean split(Connection connection, List<byte[]> keys, Function<int[], Command> command) {
        for (byte[] key : keys) {
            if (key.length > MAX_KEY_BYTES) {
                connection.error(keyTooLong(key));
                return true;
            }
        }
        return connection.callAll(
                KeysByShard.split(keys, connection.server().shards().count(), command));
    }

    private static List<byte[]> keys(byte[][] arguments) {
        return Arrays.asList(arguments).subList(1, arguments.length);
    }

    private static String keyTooLong(byte[] key) {
        return "ERR key of " + key.length + " bytes is too long; the longest is " + MAX_KEY_BYTES + " bytes";
    }

    /** The error for an option of Redis' SET that is not supported here, or for an unknown one. */
    private static String setOptionError(byte[][] arguments) {
        String option = Arguments.lowerCase(arguments[3]);
        if (!SET_OPTIONS.contains(option)) {
            return ErrorLines.SYNTAX;
        }
        return "ERR SET option '" + option.toUpperCase(Locale.ROOT) + "' is not supported yet";
    }
}
