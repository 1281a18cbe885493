package io.tidemark.redis.command;

import io.tidemark.redis.protocol.Arguments;
import io.tidemark.redis.protocol.ErrorLines;
import io.tidemark.redis.protocol.ReplyWriter;
import java.util.Comparator;

/** CLIENT: the subcommands that client libraries send when they connect, and those that list clients. */
final class ClientCommand {

    static final String BAD_NAME = "ERR Client names cannot contain spaces, newlines or special characters.";

    private static final Subcommands SUBCOMMANDS = new Subcommands("client")
            .row("GETNAME", 2, "Name of this connection.", ClientCommand::getName)
            .row("ID", 2, "Number of this connection.", ClientCommand::id)
            .row("INFO", 2, "This connection's line of LIST.", ClientCommand::info)
            .row("LIST", -2, "One line per connection.", ClientCommand::list)
            .row("NO-EVICT (ON|OFF)", 3, "Accepted; clients are never evicted here.", ClientCommand::onOrOff)
            .row("NO-TOUCH (ON|OFF)", 3, "Accepted; last-access times are not kept here.", ClientCommand::onOrOff)
            .row(
                    "REPLY (ON|OFF|SKIP)",
                    3,
                    "Turn replies to this connection on or off; SKIP: no reply to the next command.",
                    ClientCommand::reply)
            .row(
                    "SETINFO (LIB-NAME|LIB-VER) <value>",
                    4,
                    "Set the client library's name or version, as shown by INFO and LIST.",
                    ClientCommand::setInfo)
            .row("SETNAME <name>", 3, "Set the name of this connection.", ClientCommand::setName);

    private ClientCommand() {}

    static void run(Client client, byte[][] arguments, ReplyWriter out) {
        client.session().lastCommand("client|" + (isName(arguments[1]) ? Arguments.lowerCase(arguments[1]) : "?"));
        SUBCOMMANDS.run(client, arguments, out);
    }

    /** Whether the bytes are a valid client name: printable ASCII without blanks. */
    static boolean isName(byte[] bytes) {
        for (byte b : bytes) {
            if (b < '!' || b > '~') {
                return false;
            }
        }
        return true;
    }

    private static void getName(Client client, byte[][] arguments, ReplyWriter out) {
        String name = client.session().name();
        if (name.isEmpty()) {
            out.nil();
        } else {
            out.bulk(name);
        }
    }

    private static void id(Client client, byte[][] arguments, ReplyWriter out) {
        out.integer(client.session().id());
    }

    private static void info(Client client, byte[][] arguments, ReplyWriter out) {
        out.bulk(client.session().describe(client.server().upMillis()));
    }

    private static void list(Client client, byte[][] arguments, ReplyWriter out) {
        if (arguments.length != 2) {
            out.error(ErrorLines.SYNTAX);
            return;
        }
        long now = client.server().upMillis();
        StringBuilder lines = new StringBuilder();
        client.server().sessions().stream()
                .sorted(Comparator.comparingLong(Session::id))
                .forEach(session -> lines.append(session.describe(now)));
        out.bulk(lines.toString());
    }

    private static void onOrOff(Client client, byte[][] arguments, ReplyWriter out) {
        if (Arguments.matches(arguments[2], "on") || Arguments.matches(arguments[2], "off")) {
            out.ok();
        } else {
            out.error(ErrorLines.SYNTAX);
        }
    }

    private static void reply(Client client, byte[][] arguments, ReplyWriter out) {
        ReplyMode mode = client.replyMode();
        if (Arguments.matches(arguments[2], "on")) {
            mode.on();
            out.ok();
        } else if (Arguments.matches(arguments[2], "off")) {
            mode.off();
        } else if (Arguments.matches(arguments[2], "skip")) {
            mode.skip();
        } else {
            out.error(ErrorLines.SYNTAX);
        }
    }

    private static void setInfo(Client client, byte[][] arguments, ReplyWriter out) {
        if (!isName(arguments[3])) {
            out.error("ERR " + ErrorLines.quoted(arguments[2], 32)
                    + " cannot contain spaces, newlines or special characters.");
        } else if (Arguments.matches(arguments[2], "lib-name")) {
            client.session().libraryName(Arguments.text(arguments[3]));
            out.ok();
        } else if (Arguments.matches(arguments[2], "lib-ver")) {
            client.session().libraryVersion(Arguments.text(arguments[3]));
            out.ok();
        } else {
            out.error("ERR Unrecognized option '" + ErrorLines.quoted(arguments[2], 32) + "'");
        }
    }

    private static void setName(Client client, byte[][] arguments, ReplyWriter out) {
        if (isName(arguments[2])) {
            client.session().name(Arguments.text(arguments[2]));
            out.ok();
        } else {
            out.error(BAD_NAME);
        }
    }
}
