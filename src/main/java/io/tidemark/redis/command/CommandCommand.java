package io.tidemark.redis.command;

import io.tidemark.redis.protocol.Arguments;
import io.tidemark.redis.protocol.ReplyWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** COMMAND and its subcommands: describes the commands of this server in the format that client libraries read. */
final class CommandCommand {

    private static final Subcommands SUBCOMMANDS = new Subcommands("command")
            .note("(no subcommand)", "Details of all commands.")
            .row("COUNT", -2, "The number of commands.", CommandCommand::count)
            .row(
                    "DOCS [<command-name> ...]",
                    -2,
                    "An empty list: this server has no command documentation.",
                    (client, arguments, out) -> out.array(0))
            .row("INFO [<command-name> ...]", -2, "Details of these commands, or of all.", CommandCommand::info)
            .row("LIST", -2, "Names of all commands.", CommandCommand::list);

    private CommandCommand() {}

    static void run(Client client, byte[][] arguments, ReplyWriter out) {
        if (arguments.length == 1) {
            info(client, arguments, out);
        } else {
            SUBCOMMANDS.run(client, arguments, out);
        }
    }

    private static void count(Client client, byte[][] arguments, ReplyWriter out) {
        out.integer(client.server().commands().size());
    }

    private static void list(Client client, byte[][] arguments, ReplyWriter out) {
        List<CommandSpec> commands = client.server().commands();
        out.array(commands.size());
        commands.forEach(command -> out.bulk(command.name()));
    }

    private static void info(Client client, byte[][] arguments, ReplyWriter out) {
        List<CommandSpec> commands = client.server().commands();
        if (arguments.length <= 2) {
            out.array(commands.size());
            commands.forEach(command -> describe(command, out));
            return;
        }
        out.array(arguments.length - 2);
        for (int i = 2; i < arguments.length; i++) {
            CommandSpec command = find(commands, arguments[i]);
            if (command == null) {
                out.nilArray();
            } else {
                describe(command, out);
            }
        }
    }

    private static @Nullable CommandSpec find(List<CommandSpec> commands, byte[] name) {
        for (CommandSpec command : commands) {
            if (Arguments.equalsIgnoreCase(name, command.nameBytes())) {
                return command;
            }
        }
        return null;
    }

    /** Redis 7's ten elements. */
    private static void describe(CommandSpec command, ReplyWriter out) {
        out.array(10);
        out.bulk(command.name());
        out.integer(command.arity());
        out.array(command.flags().size());
        command.flags().forEach(out::status);
        out.integer(command.firstKey());
        out.integer(command.lastKey());
        out.integer(command.keyStep());
        out.array(0);
        out.array(0);
        out.array(0);
        out.array(0);
    }
}
