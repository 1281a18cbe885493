package io.tidemark.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.config.ConfigSources;
import io.tidemark.disk.Disk;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Exit codes and messages of the command line, without a running node. */
class TidemarkCommandTest {
    private final Path dir;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    TidemarkCommandTest(@TempDir Path dir) {
        this.dir = dir;
    }

    @Test
    void help_andVersion_succeed() {
        assertThat(execute("--help")).isZero();
        assertThat(out.toString()).contains("run", "Exit codes:", "3   data directory refused");
        assertThat(execute("run", "--help")).isZero();
        assertThat(out.toString()).contains("--config=FILE", "--set=KEY=VALUE");
        assertThat(execute("--version")).isZero();
        assertThat(out.toString()).contains("tidemark ");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void exitCodeList_namesEveryCode() {
        List<String> listed = List.copyOf(
                commandLine().getCommandSpec().usageMessage().exitCodeList().keySet());
        assertThat(listed)
                .containsExactlyElementsOf(Arrays.stream(ExitCode.values())
                        .map(code -> Integer.toString(code.code()))
                        .toList());
    }

    @Test
    void commandLine_thatIsWrong_exitsWithUsage() {
        assertThat(execute()).isEqualTo(ExitCode.USAGE.code());
        assertThat(execute("walk")).isEqualTo(ExitCode.USAGE.code());
        assertThat(execute("run", "--colour")).isEqualTo(ExitCode.USAGE.code());
        assertThat(err.toString()).contains("Missing required subcommand", "walk", "--colour");
    }

    @Test
    void run_withBadConfiguration_exitsWithUsageAndNamesAllOfIt() throws Exception {
        Path file = dir.resolve("t.yaml");
        Files.writeString(file, "shards: 0\ncheckpoint:\n  intervalMs: 4\n");
        assertThat(execute("run", "--config", file.toString(), "--set", "redis.port=x", "--set", "nonsense"))
                .isEqualTo(ExitCode.USAGE.code());
        assertThat(err.toString())
                .startsWith("tidemark: the configuration can't be used:\n  `shards` is 0 in " + file)
                .contains(
                        "did you mean `checkpoint.interval_ms`?", "`redis.port` is the text `x` in --set", "nonsense");
        assertThat(dir.resolve("data")).doesNotExist();
    }

    @Test
    void run_withMissingFile_exitsWithUsage() {
        assertThat(execute("run", "--config", dir.resolve("none.yaml").toString()))
                .isEqualTo(ExitCode.USAGE.code());
        assertThat(err.toString()).contains("none.yaml: no such file");
    }

    @Test
    void run_withRefusedDataDirectory_exitsWithItsCode() throws Exception {
        Path file = Files.writeString(dir.resolve("file"), "");
        assertThat(execute("run", "--set", "data_dir=" + file)).isEqualTo(ExitCode.DATA_REFUSED.code());
        assertThat(err.toString())
                .isEqualTo("tidemark: " + file + " (`data_dir`) is a file; it must be a directory, or not exist yet\n");
    }

    @Test
    void run_withDamagedIdentity_exitsWithItsCode() throws Exception {
        Path data = dir.resolve("data");
        DataDirectory.open(Disk.real(), data, null, 4).close();
        Files.writeString(data.resolve("TIDEMARK"), "x");
        assertThat(execute("run", "--set", "data_dir=" + data)).isEqualTo(ExitCode.DATA_REFUSED.code());
        assertThat(err.toString()).contains(data.resolve("TIDEMARK") + " is damaged");
    }

    @Test
    void run_whileTheDirectoryIsInUse_exitsWithItsCode() throws Exception {
        Path data = dir.resolve("data");
        try (DataDirectory directory = DataDirectory.open(Disk.real(), data, null, 4)) {
            assertThat(directory.id()).isNotNull();
            assertThat(execute("run", "--set", "data_dir=" + data)).isEqualTo(ExitCode.DATA_REFUSED.code());
        }
        assertThat(err.toString()).contains(data + " is in use by this process");
    }

    @Test
    void number_outsideAJar_isDevelopment() {
        assertThat(Version.number()).matches("development|[0-9]+\\.[0-9]+\\.[0-9]+.*");
    }

    private int execute(String... arguments) {
        return commandLine().execute(arguments);
    }

    private CommandLine commandLine() {
        ConfigSources process = new ConfigSources(null, dir, Map.of(), Map.of(), List.of());
        return TidemarkCommand.commandLine(process, new StopSignal(), new ReloadSignal())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
    }
}
