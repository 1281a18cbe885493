package io.tidemark.redis.command;

import io.tidemark.redis.protocol.Arguments;
import io.tidemark.redis.protocol.ErrorLines;
import io.tidemark.redis.protocol.ReplyWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The subcommands of one command. A row for each drives what is checked, what runs, and the lines of HELP, which is a subcommand
 * of each table. Not to be changed once in use.
 */
final class Subcommands {

    private record Row(String name, int arity, String syntax, String summary, CommandHandler.Barrier handler) {
        boolean isListed() {
            return !summary.isEmpty();
        }
    }

    private final String command;
    private final List<Row> rows = new ArrayList<>();

    /** @param command the command's name, in lower case */
    Subcommands(String command) {
        this.command = command;
    }

    /**
     * Adds a row.
     *
     * @param syntax the subcommand in upper case, and its arguments
     * @param arity number of arguments including the two names; negative for a minimum
     * @param summary its line in HELP
     */
    Subcommands row(String syntax, int arity, String summary, CommandHandler.Barrier handler) {
        String name = syntax.split(" ", 2)[0].toLowerCase(Locale.ROOT);
        rows.add(new Row(name, arity, syntax, summary, handler));
        return this;
    }

    /** Adds lines to HELP that are about no subcommand. */
    Subcommands note(String syntax, String summary) {
        rows.add(new Row("", 0, syntax, summary, (client, arguments, out) -> {}));
        return this;
    }

    /** Adds a subcommand that HELP does not list, because it is refused. */
    Subcommands unlisted(String name, CommandHandler.Barrier handler) {
        rows.add(new Row(name, -2, name, "", handler));
        return this;
    }

    /** Executes a request of two or more arguments: its subcommand, or HELP. */
    void run(Client client, byte[][] arguments, ReplyWriter out) {
        if (Arguments.matches(arguments[1], "help")) {
            help(arguments, out);
            return;
        }
        Row row = find(arguments[1]);
        if (row == null) {
            out.error(ErrorLines.unknownSubcommand(command.toUpperCase(Locale.ROOT), arguments[1]));
        } else if (!CommandSpec.accepts(row.arity(), arguments.length)) {
            out.error(ErrorLines.wrongArity(command + "|" + row.name()));
        } else {
            row.handler().run(client, arguments, out);
        }
    }

    private @Nullable Row find(byte[] name) {
        for (Row row : rows) {
            if (row.arity() != 0 && Arguments.matches(name, row.name())) {
                return row;
            }
        }
        return null;
    }

    /** An array of lines, as Redis sends it. */
    private void help(byte[][] arguments, ReplyWriter out) {
        if (arguments.length != 2) {
            out.error(ErrorLines.wrongArity(command + "|help"));
            return;
        }
        List<Row> listed = rows.stream().filter(Row::isListed).toList();
        out.array(2 * listed.size() + 3);
        out.status(command.toUpperCase(Locale.ROOT) + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        for (Row row : listed) {
            out.status(row.syntax());
            out.status("    " + row.summary());
        }
        out.status("HELP");
        out.status("    Print this help.");
    }
}
