package io.tidemark.redis.command;

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

    static boolean get(Client client, byte[][] arguments) {
        return dispatch(client, arguments[1], new Command.Get(arguments[1]));
    }

    static boolean set(Client client, byte[][] arguments) {
        if (arguments.length > 3) {
            client.error(setOptionError(arguments));
            return true;
        }
        return dispatch(client, arguments[1], new Command.Set(arguments[1], arguments[2]));
    }

    static boolean strlen(Client client, byte[][] arguments) {
        return dispatch(client, arguments[1], new Command.ValueLength(arguments[1]));
    }

    static boolean incr(Client client, byte[][] arguments) {
        return dispatch(client, arguments[1], new Command.IncrementBy(arguments[1], 1));
    }

    static boolean decr(Client client, byte[][] arguments) {
        return dispatch(client, arguments[1], new Command.IncrementBy(arguments[1], -1));
    }

    static boolean incrBy(Client client, byte[][] arguments) {
        return increment(client, arguments, false);
    }

    static boolean decrBy(Client client, byte[][] arguments) {
        return increment(client, arguments, true);
    }

    static boolean del(Client client, byte[][] arguments) {
        return dispatchAll(client, keys(arguments), Command.Delete::new);
    }

    static boolean exists(Client client, byte[][] arguments) {
        return dispatchAll(client, keys(arguments), Command.Exists::new);
    }

    static boolean mget(Client client, byte[][] arguments) {
        return dispatchAll(client, keys(arguments), Command.GetAll::new);
    }

    static boolean mset(Client client, byte[][] arguments) {
        if (arguments.length % 2 == 0) {
            client.error(ErrorLines.wrongArity("mset"));
            return true;
        }
        List<byte[]> keys = new ArrayList<>(arguments.length / 2);
        for (int i = 1; i < arguments.length; i += 2) {
            keys.add(arguments[i]);
        }
        return split(client, keys, positions -> {
            List<Command.Set> pairs = new ArrayList<>(positions.length);
            for (int position : positions) {
                pairs.add(new Command.Set(arguments[2 * position + 1], arguments[2 * position + 2]));
            }
            return new Command.SetAll(pairs);
        });
    }

    private static boolean increment(Client client, byte[][] arguments, boolean negate) {
        long by;
        try {
            by = Arguments.parseLong(arguments[2]);
        } catch (NumberFormatException e) {
            client.error(ErrorLines.NOT_AN_INTEGER);
            return true;
        }
        if (negate && by == Long.MIN_VALUE) {
            client.error("ERR decrement would overflow");
            return true;
        }
        return dispatch(client, arguments[1], new Command.IncrementBy(arguments[1], negate ? -by : by));
    }

    private static boolean dispatch(Client client, byte[] key, Command command) {
        if (key.length > MAX_KEY_BYTES) {
            client.error(keyTooLong(key));
            return true;
        }
        return client.call(key, command);
    }

    private static boolean dispatchAll(Client client, List<byte[]> keys, Function<List<byte[]>, Command> command) {
        return split(client, keys, positions -> {
            List<byte[]> share = new ArrayList<>(positions.length);
            for (int position : positions) {
                share.add(keys.get(position));
            }
            return command.apply(share);
        });
    }

    private static boolean split(Client client, List<byte[]> keys, Function<int[], Command> command) {
        for (byte[] key : keys) {
            if (key.length > MAX_KEY_BYTES) {
                client.error(keyTooLong(key));
                return true;
            }
        }
        return client.callAll(keys, command);
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
