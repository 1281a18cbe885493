package io.tidemark.redis.command;

import io.tidemark.redis.protocol.Arguments;
import io.tidemark.redis.protocol.ErrorLines;
import io.tidemark.redis.protocol.ReplyWriter;

/** Answers HELP of a command with subcommands: an array of lines, as Redis sends it, listing the supported subcommands. */
final class HelpText {

    private HelpText() {}

    /**
     * Writes the reply.
     *
     * @param command in upper case
     * @param arguments the request
     * @param lines subcommands, each followed by its description
     */
    static void write(String command, byte[][] arguments, ReplyWriter out, String... lines) {
        if (arguments.length != 2) {
            out.error(ErrorLines.wrongArity(Arguments.lowerCase(arguments[0]) + "|help"));
            return;
        }
        out.array(lines.length + 3);
        out.status(command + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        for (int i = 0; i < lines.length; i++) {
            out.status(i % 2 == 0 ? lines[i] : "    " + lines[i]);
        }
        out.status("HELP");
        out.status("    Print this help.");
    }
}
