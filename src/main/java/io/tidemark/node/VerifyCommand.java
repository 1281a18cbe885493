package io.tidemark.node;

import io.tidemark.config.FileNames;
import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.Disk;
import io.tidemark.shard.ShardInspection;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tidemark verify DIR}: reads every file of a stopped node and reports damage. Changes nothing. */
@Command(
        name = "verify",
        description = "Checks a stopped node's directory and changes nothing.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:no damage; a torn tail, which a crash leaves, is none",
            "1:something durable is damaged or missing",
            "2:not a data directory, in use, or not readable"
        })
final class VerifyCommand implements Callable<Integer> {
    private static final int DAMAGED = 1;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The node's data_dir.")
    private Path directory = Path.of("");

    @Option(names = "--log-dir", paramLabel = "DIR", description = "The node's log.dir, if it has one.")
    private @Nullable Path logDirectory;

    @Override
    public Integer call() {
        Optional<String> unusable = FileNames.workingDirectoryProblem();
        if (unusable.isPresent()) {
            printError(unusable.get());
            return ExitCode.USAGE.code();
        }
        try (DataDirectory found = DataDirectory.inspect(Disk.real(), directory, logDirectory)) {
            List<ShardInspection> shards = new ArrayList<>();
            for (int shard = 0; shard < found.shards(); shard++) {
                shards.add(ShardInspection.of(
                        Disk.real(), found.id(), shard, found.shardData(shard), found.shardLog(shard)));
            }
            PrintWriter out = commandSpec().commandLine().getOut();
            VerifyReport.of(shards).forEach(out::println);
            out.flush();
            return shards.stream().allMatch(each -> each.problems().isEmpty()) ? ExitCode.OK.code() : DAMAGED;
        } catch (CorruptionException damaged) {
            printError(String.valueOf(damaged.getMessage()));
            return DAMAGED;
        } catch (DataDirectoryException refused) {
            printError(String.valueOf(refused.getMessage()));
            return ExitCode.USAGE.code();
        } catch (IOException unreadable) {
            printError(directory + " can't be read: " + unreadable);
            return ExitCode.USAGE.code();
        }
    }

    private CommandSpec commandSpec() {
        return Objects.requireNonNull(spec, "set by picocli");
    }

    private void printError(String message) {
        commandSpec().commandLine().getErr().println("tidemark: " + message);
    }
}
