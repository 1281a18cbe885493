package io.tidemark.node;

import io.tidemark.config.NodeConfig;
import io.vertx.core.Vertx;

/**
 * Starts the node's parts in order, waits until it is to stop, and stops them in reverse order. It doesn't close what it
 * is given.
 *
 * @param vertx what the parts are deployed on
 * @param config checked and complete
 * @param directory opened and locked
 * @param stop completes when the process is asked to stop, which may be before the parts have started
 */
record NodeLauncher(Vertx vertx, NodeConfig config, DataDirectory directory, StopSignal stop) {

    /**
     * Runs the node until it is asked to stop or a part fails for good. Blocks; called on the main thread.
     *
     * @return how the process is to end
     * @throws StartupException if a part can't start; everything started before it has been stopped again
     */
    @SuppressWarnings("DoNotCallSuggester")
    ExitCode runUntilStopped() throws StartupException {
        throw new StartupException(ExitCode.UNEXPECTED, "not wired: this build has no shards to serve");
    }
}
