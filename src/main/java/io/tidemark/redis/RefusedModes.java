package io.tidemark.redis;

import org.jspecify.annotations.Nullable;

/**
 * What refused commands of one connection have left behind. {@code MULTI} and {@code SELECT} change what the commands after
 * them mean; a client that has sent one before it reads the error, as every pipeline does, does not mean those that follow
 * as they would be carried out. So they are refused until the client has ended what it believes to have begun.
 *
 * <pre>
 *   MULTI, refused               everything is refused      until EXEC, DISCARD or RESET
 *   SELECT of another database   what touches data is       until a SELECT that succeeds, or RESET
 * </pre>
 *
 * <p>Event loop only.
 */
final class RefusedModes {

    private boolean transaction;
    private boolean database;

    /** A command was refused, for whatever reason. */
    void refused(byte[][] request) {
        if (Words.matches(request[0], "multi")) {
            transaction = true;
        } else if (Words.matches(request[0], "select")) {
            database |= request.length != 2 || !Words.matches(request[1], "0");
        }
    }

    /** The client is in the database that there is. */
    void databaseSelected() {
        database = false;
    }

    /** The client has begun again. */
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
     * @return false if it is to be carried out all the same
     */
    boolean answer(Connection connection, byte[][] request) {
        boolean alone = request.length == 1;
        if (alone && Words.matches(request[0], "exec")) {
            transaction = false;
            connection.error(ErrorTexts.EXEC_ABORT);
        } else if (alone && Words.matches(request[0], "discard")) {
            transaction = false;
            connection.ok();
        } else if (Words.matches(request[0], "reset") || Words.matches(request[0], "quit")) {
            return false;
        } else {
            connection.error(ErrorTexts.IN_REFUSED_MULTI);
        }
        return true;
    }

    /** Why a command can't be carried out after a refused SELECT; {@code null} if it can. */
    @Nullable
    String refusal(CommandSpec command) {
        return database && command.touchesData() ? ErrorTexts.AFTER_REFUSED_SELECT : null;
    }
}
