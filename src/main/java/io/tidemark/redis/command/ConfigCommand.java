package io.tidemark.redis.command;

import io.tidemark.redis.protocol.Arguments;
import io.tidemark.redis.protocol.ReplyWriter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** CONFIG GET: the settings that Redis tools read, and the node's own keys. CONFIG SET is refused. */
final class ConfigCommand {

    private static final Subcommands SUBCOMMANDS = new Subcommands("config")
            .row(
                    "GET <pattern> [<pattern> ...]",
                    -3,
                    "Names and values of the settings that match. They are set in the node's configuration.",
                    ConfigCommand::get)
            .unlisted("set", ConfigCommand::refuse)
            .unlisted("rewrite", ConfigCommand::refuse)
            .unlisted("resetstat", ConfigCommand::refuse);

    private ConfigCommand() {}

    static void run(Client client, byte[][] arguments, ReplyWriter out) {
        SUBCOMMANDS.run(client, arguments, out);
    }

    private static void refuse(Client client, byte[][] arguments, ReplyWriter out) {
        out.error("ERR CONFIG " + Arguments.text(arguments[1]).toUpperCase(Locale.ROOT)
                + " is not supported: settings come from the node's configuration file, environment and command line");
    }

    private static void get(Client client, byte[][] arguments, ReplyWriter out) {
        Map<String, String> all = client.server().settings();
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
