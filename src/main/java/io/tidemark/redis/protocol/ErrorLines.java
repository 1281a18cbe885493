package io.tidemark.redis.protocol;

import java.nio.charset.StandardCharsets;

/** Error lines without the leading dash, with Redis' texts where Redis has the same error. */
public final class ErrorLines {

    /** An option is unknown or out of place. */
    public static final String SYNTAX = "ERR syntax error";
    /** An argument or a value is no 64-bit integer. */
    public static final String NOT_AN_INTEGER = "ERR value is not an integer or out of range";
    /** The client must authenticate first. */
    public static final String NO_AUTH = "NOAUTH Authentication required.";
    /** The node is recovering. */
    public static final String LOADING = "LOADING Tidemark is loading the dataset in memory";
    /** AUTH was refused. */
    public static final String WRONG_PASSWORD = "WRONGPASS invalid username-password pair or user is disabled.";
    /** AUTH with a password that the node does not ask for. */
    public static final String NO_PASSWORD_SET =
            "ERR AUTH <password> called without any password configured for the default"
                    + " user. Are you sure your configuration is correct?";
    /** EXEC after a refused MULTI. */
    public static final String EXEC_ABORT = "EXECABORT Transaction discarded because of previous errors.";
    /** Any other command after a refused MULTI. */
    public static final String IN_REFUSED_MULTI =
            "ERR not carried out: it follows a MULTI, which was refused because transactions"
                    + " are not supported yet; EXEC, DISCARD or RESET ends this";
    /** A command on keys after a refused SELECT. */
    public static final String AFTER_REFUSED_SELECT =
            "ERR not carried out: it follows a SELECT that was refused, and is meant for"
                    + " another database than the only one, 0; SELECT 0 or RESET ends this";
    /** A further client is refused. */
    public static final String TOO_MANY_CLIENTS = "ERR max number of clients reached";

    private static final int MAX_QUOTED = 128;

    private ErrorLines() {}

    /**
     * The number of arguments is wrong.
     *
     * @param name the command in lower case, with {@code |} before a subcommand
     */
    public static String wrongArity(String name) {
        return "ERR wrong number of arguments for '" + name + "' command";
    }

    /** Names the command and as many of its arguments as fit in 128 characters. */
    public static String unknownCommand(byte[][] request) {
        StringBuilder arguments = new StringBuilder();
        for (int i = 1; i < request.length && arguments.length() < MAX_QUOTED; i++) {
            String argument = quoted(request[i], MAX_QUOTED - arguments.length());
            arguments.append('\'').append(argument).append("' ");
        }
        return "ERR unknown command '" + quoted(request[0], MAX_QUOTED) + "', with args beginning with: " + arguments;
    }

    /**
     * The command has no such subcommand.
     *
     * @param command the container's name in upper case
     */
    public static String unknownSubcommand(String command, byte[] subcommand) {
        return "ERR unknown subcommand '" + quoted(subcommand, MAX_QUOTED) + "'. Try " + command + " HELP.";
    }

    /** The bytes as text, truncated; everything that is not printable ASCII becomes a question mark. */
    public static String quoted(byte[] bytes, int maxChars) {
        byte[] shown = new byte[Math.min(bytes.length, maxChars)];
        for (int i = 0; i < shown.length; i++) {
            shown[i] = bytes[i] >= ' ' && bytes[i] < 0x7F ? bytes[i] : (byte) '?';
        }
        return new String(shown, StandardCharsets.US_ASCII);
    }
}
