package io.tidemark.node;

import io.tidemark.config.ConfigException;
import io.tidemark.config.ConfigLoader;
import io.tidemark.config.ConfigSources;
import io.tidemark.config.FileNames;
import io.tidemark.config.NodeConfig;
import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidemark run}: loads the configuration, opens the data directory, and runs the node until it is stopped. */
@Command(
        name = "run",
        description = "Runs a node until it gets SIGTERM or SIGINT; SIGHUP reloads its file.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footerHeading = "%nConfiguration, later ones win:%n",
        footer = {
            "  the YAML file, environment variables (TIDEMARK_SHARDS),",
            "  system properties (-Dtidemark.shards), --set"
        })
final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
    private static final long CLOSE_LIMIT_MS = 2_000;

    private final ConfigSources process;
    private final StopSignal stop;
    private final ReloadSignal reload;

    /** Whether nothing that writes still runs, so that the directory may be unlocked and Vert.x closed. */
    private boolean ended = true;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "YAML file with the configuration; default: config/tidemark.yaml if it exists.")
    private @Nullable Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets one key, such as --set redis.port=7000. May be repeated.")
    private List<String> settings = new ArrayList<>();

    /**
     * Takes the environment of the command line.
     *
     * @param process environment and system properties
     */
    RunCommand(ConfigSources process, StopSignal stop, ReloadSignal reload) {
        this.process = process;
        this.stop = stop;
        this.reload = reload;
    }

    @Override
    public Integer call() {
        Optional<String> unusable = FileNames.workingDirectoryProblem();
        if (unusable.isPresent()) {
            printError(unusable.get());
            return ExitCode.USAGE.code();
        }
        NodeMetrics metrics = new NodeMetrics();
        // Otherwise Vert.x also looks for files on the class path, and caches them in the temporary directory.
        Vertx vertx = metrics.vertx(new VertxOptions()
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false)));
        try {
            return run(vertx, metrics).code();
        } catch (ConfigException refused) {
            printError("the configuration can't be used:\n  " + String.join("\n  ", refused.problems()));
            return ExitCode.USAGE.code();
        } catch (StartupException refused) {
            printError(refused.getMessage());
            return refused.exitCode().code();
        } catch (DataDirectoryException | CorruptionException refused) {
            printError(refused.getMessage());
            return ExitCode.DATA_REFUSED.code();
        } catch (IOException failed) {
            printError("the data directory can't be used: " + failed);
            return ExitCode.DATA_REFUSED.code();
        } finally {
            // Closing Vert.x interrupts its running threads, and a thread inside a force must never be interrupted.
            if (ended) {
                close(vertx);
            }
        }
    }

    private ExitCode run(Vertx vertx, NodeMetrics metrics) throws ConfigException, StartupException, IOException {
        ConfigLoader loader = new ConfigLoader(vertx);
        ConfigSources sources = process.withCommandLine(file, List.copyOf(settings));
        ConfigLoader.Loaded loaded = await(loader.load(sources));
        loaded.warnings().forEach(LOG::warn);
        NodeConfig config = loaded.config();
        stop.limitMs(config.shutdownTimeoutMs() + CLOSE_LIMIT_MS);
        DataDirectory directory =
                DataDirectory.open(Disk.real(), config.dataDir(), config.log().dir(), config.shards());
        ended = false;
        try {
            LiveConfig live = new LiveConfig(vertx, loader, sources, loaded);
            reload.add(live::reloadNow);
            ExitCode code = new NodeLauncher(vertx, metrics, config, live, directory, stop).runUntilStopped();
            ended = code == ExitCode.OK;
            return code;
        } catch (StartupException refused) {
            ended = refused.isStopped();
            throw refused;
        } finally {
            if (ended) {
                directory.close(); // else it stays locked until the process, which may still write there, ends
            }
        }
    }

    private void printError(@Nullable String message) {
        if (spec != null) {
            spec.commandLine().getErr().println("tidemark: " + message);
        }
    }

    private static ConfigLoader.Loaded await(Future<ConfigLoader.Loaded> loading) throws ConfigException {
        try {
            return loading.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof ConfigException refused) {
                throw refused;
            }
            throw failed;
        }
    }

    private static void close(Vertx vertx) {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(CLOSE_LIMIT_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException failed) {
            LOG.warn("Vert.x did not close in order", failed);
        }
    }
}
