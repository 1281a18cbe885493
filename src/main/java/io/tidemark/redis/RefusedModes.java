package io.tidemark.redis;

import io.tidemark.redis.protocol.Arguments;
import io.tidemark.redis.protocol.ErrorLines;
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
final class RefusedModes {

    private boolean transaction;
    private boolean database;

    /** A command was refused, for any reason. */
    void refused(byte[][] request) {
        if (Arguments.matches(request[0], "multi")) {
            transaction = true;
        } else if (Arguments.matches(request[0], "select")) {
            database |= request.length != 2 || !Arguments.matches(request[1], "0");
        }
    }

    /** The client has selected the only database, 0. */
    void databaseSelected() {
        database = false;
    }

    /** The client has sent RESET. */
    void reset() {
        transaction = false;
        database = false;
    }

    /** Whether the client believes that its commands are queued. */
    boolean inTransaction() {
        return transaction;
    }

    /**
     * Answers a request in a refused transaction.
     *
     * @return false if the request must be executed normally
     */
    boolean answer(Connection connection, byte[][] request) {
        boolean alone = request.length == 1;
        if (alone && Arguments.matches(request[0], "exec")) {
            transaction = false;
            connection.error(ErrorLines.EXEC_ABORT);
        } else if (alone && Arguments.matches(request[0], "discard")) {
            transaction = false;
            connection.ok();
        } else if (Arguments.matches(request[0], "reset") || Arguments.matches(request[0], "quit")) {
            return false;
        } else {
            connection.error(ErrorLines.IN_REFUSED_MULTI);
        }
        return true;
    }

    /** Why a command can't be executed after a refused SELECT; {@code null} if it can. */
    @Nullable
    String refusal(CommandSpec command) {
        return database && command.touchesData() ? ErrorLines.AFTER_REFUSED_SELECT : null;
    }
}
