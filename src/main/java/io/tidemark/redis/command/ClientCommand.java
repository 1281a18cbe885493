package io.tidemark.redis.command;

import io.tidemark.redis.protocol.Arguments;
import io.tidemark.redis.protocol.ErrorLines;
import io.tidemark.redis.protocol.ReplyWriter;
import java.util.Comparator;

/** CLIENT: the subcommands that client libraries send when they connect, and those that list clients. */
final class ClientCommand {

    static final String BAD_NAME = "ERR Client names cannot contain spaces, newlines or special characters.";

    private ClientCommand() {}

    static void run(Client client, byte[][] arguments, ReplyWriter out) {
        String subcommand = Arguments.lowerCase(arguments[1]);
        Session session = client.session();
        session.lastCommand("client|" + (isName(arguments[1]) ? subcommand : "?"));
        switch (subcommand) {
            case "id", "getname", "info" -> withoutArgument(subcommand, client, arguments, out);
            case "setname", "no-evict", "no-touch" -> withArgument(subcommand, session, arguments, out);
            case "reply" -> reply(client, arguments, out);
            case "setinfo" -> setInfo(session, arguments, out);
            case "list" -> list(client, arguments, out);
            case "help" ->
                HelpText.write(
                        "CLIENT",
                        arguments,
                        out,
                        "GETNAME",
                        "Name of this client.",
                        "ID",
                        "Number of this client.",
                        "INFO",
                        "This connection's line of LIST.",
                        "LIST",
                        "One line per client.",
                        "NO-EVICT (ON|OFF)",
                        "Accepted; clients are never evicted here.",
                        "NO-TOUCH (ON|OFF)",
                        "Accepted; last-access times are not kept here.",
                        "REPLY (ON|OFF|SKIP)",
                        "Turn replies to this connection on or off; SKIP: no reply to the next command.",
                        "SETINFO (LIB-NAME|LIB-VER) <value>",
                        "Set the client library's name or version, as shown by INFO and LIST.",
                        "SETNAME <name>",
                        "Set the name of this client.");
            default -> out.error(ErrorLines.unknownSubcommand("CLIENT", arguments[1]));
        }
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

    private static void withoutArgument(String subcommand, Client client, byte[][] arguments, ReplyWriter out) {
        Session session = client.session();
        if (arguments.length != 2) {
            out.error(ErrorLines.wrongArity("client|" + subcommand));
        } else if ("id".equals(subcommand)) {
            out.integer(session.id());
        } else if ("info".equals(subcommand)) {
            out.bulk(session.describe(client.server().upMillis()));
        } else if (session.name().isEmpty()) {
            out.nil();
        } else {
            out.bulk(session.name());
        }
    }

    private static void withArgument(String subcommand, Session session, byte[][] arguments, ReplyWriter out) {
        if (arguments.length != 3) {
            out.error(ErrorLines.wrongArity("client|" + subcommand));
        } else if ("setname".equals(subcommand)) {
            if (isName(arguments[2])) {
                session.name(Arguments.text(arguments[2]));
                out.ok();
            } else {
                out.error(BAD_NAME);
            }
        } else if (Arguments.matches(arguments[2], "on") || Arguments.matches(arguments[2], "off")) {
            out.ok();
        } else {
            out.error(ErrorLines.SYNTAX);
        }
    }

    private static void reply(Client client, byte[][] arguments, ReplyWriter out) {
        ReplyMode mode = client.replyMode();
        if (arguments.length != 3) {
            out.error(ErrorLines.wrongArity("client|reply"));
        } else if (Arguments.matches(arguments[2], "on")) {
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

    private static void setInfo(Session session, byte[][] arguments, ReplyWriter out) {
        if (arguments.length != 4) {
            out.error(ErrorLines.wrongArity("client|setinfo"));
        } else if (!isName(arguments[3])) {
            out.error("ERR " + ErrorLines.quoted(arguments[2], 32)
                    + " cannot contain spaces, newlines or special characters.");
        } else if (Arguments.matches(arguments[2], "lib-name")) {
            session.libraryName(Arguments.text(arguments[3]));
            out.ok();
        } else if (Arguments.matches(arguments[2], "lib-ver")) {
            session.libraryVersion(Arguments.text(arguments[3]));
            out.ok();
        } else {
            out.error("ERR Unrecognized option '" + ErrorLines.quoted(arguments[2], 32) + "'");
        }
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
}
