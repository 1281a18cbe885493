package io.tidemark.node;

import io.tidemark.config.ConfigSources;

/** Where the process begins. */
public final class Main {
    private Main() {}

    /** Carries out the command line and ends the process with one of {@link ExitCode}. */
    public static void main(String[] arguments) {
        StopSignal stop = StopSignal.install();
        int exitCode =
                TidemarkCommand.commandLine(ConfigSources.ofProcess(), stop).execute(arguments);
        stop.exit(exitCode);
    }
}
