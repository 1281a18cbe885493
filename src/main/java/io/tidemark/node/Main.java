package io.tidemark.node;

import io.tidemark.config.ConfigSources;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** The entry point of the process. */
public final class Main {
    private Main() {}

    /** Runs the command line and ends the process with one of {@link ExitCode}. */
    public static void main(String[] arguments) {
        StopSignal stop = new StopSignal();
        ReloadSignal reload = new ReloadSignal();
        CommandLine commandLine = TidemarkCommand.commandLine(ConfigSources.ofProcess(), stop, reload);
        commandLine.setExecutionStrategy(parsed -> {
            if (isRun(parsed)) {
                stop.install();
                reload.install();
            }
            return new CommandLine.RunLast().execute(parsed);
        });
        stop.exit(commandLine.execute(arguments));
    }

    /** Whether the command runs a node, which must stop in order; any other command may be killed at any point. */
    private static boolean isRun(ParseResult parsed) {
        return parsed.hasSubcommand() && parsed.subcommand().commandSpec().userObject() instanceof RunCommand;
    }
}
