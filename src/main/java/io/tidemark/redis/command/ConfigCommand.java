package io.tidemark.redis.command;

import io.tidemark.redis.protocol.Arguments;
import io.tidemark.redis.protocol.ErrorLines;
import io.tidemark.redis.protocol.ReplyWriter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** CONFIG GET: the settings that Redis tools read, and the node's own keys. CONFIG SET is refused. */
final class ConfigCommand {

    private ConfigCommand() {}

    static void run(Client client, byte[][] arguments, ReplyWriter out) {
        switch (Arguments.lowerCase(arguments[1])) {
            case "get" -> get(client.server().settings(), arguments, out);
            case "set", "rewrite", "resetstat" ->
                out.error("ERR CONFIG "
                        + Arguments.text(arguments[1]).toUpperCase(Locale.ROOT)
                        + " is not supported: settings come from the node's configuration file, environment and command"
                        + " line");
            case "help" ->
                HelpText.write(
                        "CONFIG",
                        arguments,
                        out,
                        "GET <pattern> [<pattern> ...]",
                        "Names and values of the settings that match. They are set in the node's configuration.");
            default -> out.error(ErrorLines.unknownSubcommand("CONFIG", arguments[1]));
        }
    }

    private static void get(Map<String, String> all, byte[][] arguments, ReplyWriter out) {
        if (arguments.length < 3) {
            out.error(ErrorLines.wrongArity("config|get"));
            return;
        }
        Map<String, String> found = new TreeMap<>();
        for (int i = 2; i < arguments.length; i++) {
            Glob glob = new Glob(Arguments.lowerCase(arguments[i]));
            all.forEach((key, value) -> {
                if (glob.matches(key.toLowerCase(Locale.ROOT))) {
                    found.put(key, value);
                }
            });
        }
        out.array(2 * found.size());
        found.forEach((key, value) -> {
            out.bulk(key);
            out.bulk(value);
        });
    }
}
