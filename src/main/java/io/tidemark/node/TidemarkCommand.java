package io.tidemark.node;

import io.tidemark.config.ConfigSources;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line {@code tidemark}. Exit codes are those of {@link ExitCode}. */
@Command(
        name = "tidemark",
        description = "A durable key-value node for Redis clients.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:stopped in order, everything durable",
            "1:unexpected error",
            "2:command line or configuration is invalid",
            "3:data directory refused: in use, of another node, or damaged; or taken by another node",
            "4:port in use or can't be bound",
            "5:a log failed; a restart recovers what was acknowledged",
            "6:stop incomplete at its deadline; the next start replays more"
        })
final class TidemarkCommand {

    /**
     * The command line, ready to execute.
     *
     * @param process environment and system properties
     */
    static CommandLine commandLine(ConfigSources process, StopSignal stop, ReloadSignal reload) {
        CommandLine commandLine = new CommandLine(new TidemarkCommand())
                .addSubcommand(new RunCommand(process, stop, reload))
                .addSubcommand(new VerifyCommand());
        commandLine.setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println("tidemark: unexpected error");
            failure.printStackTrace(command.getErr());
            return ExitCode.UNEXPECTED.code();
        });
        return commandLine;
    }
}
