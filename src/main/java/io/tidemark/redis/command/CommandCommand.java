package io.tidemark.redis.command;

import io.tidemark.redis.protocol.Arguments;
import io.tidemark.redis.protocol.ErrorLines;
import io.tidemark.redis.protocol.ReplyWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** COMMAND and its subcommands: describes the commands of this server in the format that client libraries read. */
final class CommandCommand {

    private CommandCommand() {}

    static void run(Client client, byte[][] arguments, ReplyWriter out) {
        List<CommandSpec> commands = client.server().commands();
        if (arguments.length == 1) {
            describeAll(commands, out);
            return;
        }
        switch (Arguments.lowerCase(arguments[1])) {
            case "count" -> out.integer(commands.size());
            case "docs" -> out.array(0);
            case "list" -> {
                out.array(commands.size());
                commands.forEach(command -> out.bulk(command.name()));
            }
            case "info" -> {
                if (arguments.length == 2) {
                    describeAll(commands, out);
                } else {
                    describe(commands, arguments, out);
                }
            }
            case "help" ->
                HelpText.write(
                        "COMMAND",
                        arguments,
                        out,
                        "(no subcommand)",
                        "Details of all commands.",
                        "COUNT",
                        "The number of commands.",
                        "DOCS [<command-name> ...]",
                        "An empty list: this server has no command documentation.",
                        "INFO [<command-name> ...]",
                        "Details of these commands, or of all.",
                        "LIST",
                        "Names of all commands.");
            default -> out.error(ErrorLines.unknownSubcommand("COMMAND", arguments[1]));
        }
    }

    private static void describeAll(List<CommandSpec> all, ReplyWriter out) {
        out.array(all.size());
        all.forEach(command -> command.describe(out));
    }

    private static @Nullable CommandSpec find(List<CommandSpec> commands, byte[] name) {
        for (CommandSpec command : commands) {
            if (Arguments.equalsIgnoreCase(name, command.nameBytes())) {
                return command;
            }
        }
        return null;
    }

    private static void describe(List<CommandSpec> commands, byte[][] arguments, ReplyWriter out) {
        out.array(arguments.length - 2);
        for (int i = 2; i < arguments.length; i++) {
            CommandSpec command = find(commands, arguments[i]);
            if (command == null) {
                out.nilArray();
            } else {
                command.describe(out);
            }
        }
    }
}
