package io.tidemark.redis.command;

import io.tidemark.redis.protocol.Arguments;
import io.tidemark.redis.protocol.ErrorLines;
import io.tidemark.redis.protocol.ReplyWriter;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The modes that one client wrongly believes its connection to be in. {@code MULTI} and {@code SELECT} change the meaning of the
 * commands after them. A client that pipelines sends those commands before it reads that the first was refused; executing them
 * would not do what it intended. So they are refused, too, until the client leaves the mode.
 *
 * <pre>
 *   refused command              refuses                    until
 *   MULTI                        every command              EXEC, DISCARD or RESET
 *   SELECT of another database   commands that touch data   a SELECT that succeeds, or RESET
 * </pre>
 *
 * <p>Event loop only.
 */
public final class RefusedModes {

    private boolean transaction;
    private boolean database;

    /** A command was refused, for any reason. */
    public void refused(byte[][] request) {
        if (Arguments.matches(request[0], "multi")) {
            transaction = true;
        } else if (Arguments.matches(request[0], "select")) {
            database |= request.length != 2 || !Arguments.matches(request[1], "0");
        }
    }

    /** The client has selected the only database, 0. */
    public void databaseSelected() {
        database = false;
    }

    /** The client has sent RESET. */
    public void reset() {
        transaction = false;
        database = false;
    }

    /**
     * How a request is answered that the client believes to be queued in a transaction.
     *
     * @return writes the reply; {@code null} if the request must be executed normally
     */
    public @Nullable Consumer<ReplyWriter> answer(byte[][] request) {
        if (!transaction) {
            return null;
        }
        boolean alone = request.length == 1;
        if (alone && Arguments.matches(request[0], "exec")) {
            transaction = false;
            return out -> out.error(ErrorLines.EXEC_ABORT);
        }
        if (alone && Arguments.matches(request[0], "discard")) {
            transaction = false;
            return ReplyWriter::ok;
        }
        if (Arguments.matches(request[0], "reset") || Arguments.matches(request[0], "quit")) {
            return null;
        }
        return out -> out.error(ErrorLines.IN_REFUSED_MULTI);
    }

    /** Why a command can't be executed after a refused SELECT; {@code null} if it can. */
    @Nullable
    public String refusal(CommandSpec command) {
        return database && command.touchesData() ? ErrorLines.AFTER_REFUSED_SELECT : null;
    }
}
