package io.tidemark.redis.command;

import io.tidemark.redis.protocol.Arguments;
import io.tidemark.redis.protocol.ErrorLines;
import io.tidemark.redis.protocol.ReplyWriter;
import java.nio.charset.StandardCharsets;

/** The commands that affect only their own client. */
final class ConnectionCommands {

    private static final byte[] PONG = "+PONG\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DEFAULT_USER = "default".getBytes(StandardCharsets.US_ASCII);

    private ConnectionCommands() {}

    static void ping(Client client, byte[][] arguments, ReplyWriter out) {
        if (arguments.length > 2) {
            out.error(ErrorLines.wrongArity("ping"));
            return;
        }
        String error = client.server().pingError();
        if (!error.isEmpty()) {
            out.error(error);
        } else if (arguments.length == 2) {
            out.bulk(arguments[1]);
        } else {
            out.raw(PONG);
        }
    }

    static void echo(Client client, byte[][] arguments, ReplyWriter out) {
        out.bulk(arguments[1]);
    }

    static void select(Client client, byte[][] arguments, ReplyWriter out) {
        try {
            if (Arguments.parseLong(arguments[1]) == 0) {
                client.refusedModes().databaseSelected();
                out.ok();
                return;
            }
            out.error("ERR DB index is out of range");
        } catch (NumberFormatException e) {
            out.error(ErrorLines.NOT_AN_INTEGER);
        }
        client.refusedModes().refused(arguments);
    }

    static void quit(Client client, byte[][] arguments, ReplyWriter out) {
        out.ok();
        client.drain();
    }

    static void reset(Client client, byte[][] arguments, ReplyWriter out) {
        client.session().name("");
        client.authenticated(!client.server().requiresPassword());
        client.refusedModes().reset();
        client.replyMode().on();
        out.status("RESET");
    }

    static void auth(Client client, byte[][] arguments, ReplyWriter out) {
        if (arguments.length > 3) {
            out.error(ErrorLines.SYNTAX);
        } else if (arguments.length == 2 && !client.server().requiresPassword()) {
            out.error(ErrorLines.NO_PASSWORD_SET);
        } else {
            byte[] user = arguments.length == 3 ? arguments[1] : DEFAULT_USER;
            if (authenticate(client, user, arguments[arguments.length - 1])) {
                out.ok();
            } else {
                out.error(ErrorLines.WRONG_PASSWORD);
            }
        }
    }

    static void hello(Client client, byte[][] arguments, ReplyWriter out) {
        String refusal = applyHello(client, arguments);
        if (!refusal.isEmpty()) {
            out.error(refusal);
            return;
        }
        out.array(14);
        out.bulk("server");
        out.bulk("tidemark");
        out.bulk("version");
        out.bulk(Server.REDIS_VERSION);
        out.bulk("proto");
        out.integer(2);
        out.bulk("id");
        out.integer(client.session().id());
        out.bulk("mode");
        out.bulk("standalone");
        out.bulk("role");
        out.bulk("master");
        out.bulk("modules");
        out.array(0);
    }

    /** Applies HELLO's options; returns the error line if one is refused, else an empty string. */
    private static String applyHello(Client client, byte[][] arguments) {
        if (arguments.length > 1) {
            try {
                if (Arguments.parseLong(arguments[1]) != 2) {
                    return "NOPROTO unsupported protocol version";
                }
            } catch (NumberFormatException e) {
                return "ERR Protocol version is not an integer or out of range";
            }
        }
        String name = null;
        for (int i = 2; i < arguments.length; i++) {
            int remaining = arguments.length - 1 - i;
            if (Arguments.matches(arguments[i], "auth") && remaining >= 2) {
                if (!authenticate(client, arguments[i + 1], arguments[i + 2])) {
                    return ErrorLines.WRONG_PASSWORD;
                }
                i += 2;
            } else if (Arguments.matches(arguments[i], "setname") && remaining >= 1) {
                if (!ClientCommand.isName(arguments[i + 1])) {
                    return ClientCommand.BAD_NAME;
                }
                name = Arguments.text(arguments[i + 1]);
                i++;
            } else {
                return "ERR Syntax error in HELLO option '" + ErrorLines.quoted(arguments[i], 128) + "'";
            }
        }
        if (!client.session().authenticated()) {
            return "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH"
                    + " <user> <pass> option can be used to authenticate the client and select the RESP protocol"
                    + " version at the same time";
        }
        if (name != null) {
            client.session().name(name);
        }
        return "";
    }

    private static boolean authenticate(Client client, byte[] user, byte[] given) {
        boolean accepted = client.server().isPassword(given) && Arguments.equalsIgnoreCase(user, DEFAULT_USER);
        if (accepted) {
            client.authenticated(true);
        }
        return accepted;
    }
}
