package io.tidemark.redis.command;

import io.tidemark.redis.protocol.Arguments;
import io.tidemark.redis.protocol.ErrorLines;
import io.tidemark.redis.protocol.ReplyWriter;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The commands on all shards: DBSIZE, SAVE, BGSAVE, LASTSAVE, SHUTDOWN. */
final class StoreCommands {

    private StoreCommands() {}

    static void dbSize(Client client, byte[][] arguments, ReplyWriter out) {
        out.integer(client.server().keys());
    }

    static void save(Client client, byte[][] arguments, ReplyWriter out) {
        client.replyWhenDone(client.server().save(), (outcome, reply) -> {
            if (outcome.succeeded()) {
                reply.ok();
            } else {
                reply.error("ERR not everything could be made durable: " + reason(outcome.cause()));
            }
        });
    }

    static void bgSave(Client client, byte[][] arguments, ReplyWriter out) {
        boolean scheduled = arguments.length == 2 && Arguments.matches(arguments[1], "schedule");
        if (arguments.length > 1 && !scheduled) {
            out.error(ErrorLines.SYNTAX);
        } else if (client.server().startBackgroundSave()) {
            out.status("Background saving started");
        } else if (scheduled) {
            out.status("Background saving scheduled");
        } else {
            out.error("ERR Background save already in progress");
        }
    }

    static void lastSave(Client client, byte[][] arguments, ReplyWriter out) {
        out.integer(client.server().lastSaveSeconds());
    }

    /**
     * Shuts the node down in order, whether SAVE or NOSAVE is given: the log has every acknowledged write, and final checkpoints
     * only shorten the replay at the next start. NOW and FORCE have no further effect: the node waits for no replica, and a shard
     * that can't be forced does not prevent the shutdown.
     */
    static void shutdown(Client client, byte[][] arguments, ReplyWriter out) {
        Set<String> options = new TreeSet<>();
        for (int i = 1; i < arguments.length; i++) {
            options.add(Arguments.lowerCase(arguments[i]).toUpperCase(Locale.ROOT));
        }
        boolean known = Set.of("NOSAVE", "SAVE", "NOW", "FORCE", "ABORT").containsAll(options);
        boolean contradictory =
                options.containsAll(Set.of("NOSAVE", "SAVE")) || (options.contains("ABORT") && options.size() > 1);
        if (!known || contradictory) {
            out.error(ErrorLines.SYNTAX);
        } else if (options.contains("ABORT")) {
            out.error(
                    client.server().isShuttingDown()
                            ? "ERR The shutdown can't be aborted: shards are being closed"
                            : "ERR No shutdown in progress.");
        } else {
            client.awaitShutdown();
            client.server().shutDown(client.session());
        }
    }

    /** The message of an exception, or its class if it has none. */
    static String reason(Throwable cause) {
        String message = cause.getMessage();
        return message == null ? cause.toString() : message;
    }
}
