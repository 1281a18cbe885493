package io.tidemark.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.bitcask.StoreInspection;
import io.tidemark.config.ConfigSources;
import io.tidemark.disk.Disk;
import io.tidemark.log.segment.LogInspection;
import io.tidemark.shard.ShardInspection;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Which directories {@code verify} accepts, and what it prints. */
class VerifyCommandTest {
    private final Path data;
    private final Path logs;
    private final StringWriter said = new StringWriter();

    VerifyCommandTest(@TempDir Path dir) {
        data = dir.resolve("data");
        logs = dir.resolve("logs");
    }

    private int verify(Object... arguments) {
        CommandLine line = TidemarkCommand.commandLine(
                new ConfigSources(null, data, Map.of(), Map.of(), List.of()), new StopSignal(), new ReloadSignal());
        String[] words = new String[arguments.length + 1];
        words[0] = "verify";
        for (int i = 0; i < arguments.length; i++) {
            words[i + 1] = arguments[i].toString();
        }
        return line.setOut(new PrintWriter(said, true))
                .setErr(new PrintWriter(said, true))
                .execute(words);
    }

    private void made(@Nullable Path logDirectory) throws IOException {
        DataDirectory.open(Disk.real(), data, logDirectory, 2).close();
    }

    @Test
    void noDirectoryOrAnother_isRefused() {
        assertThat(verify()).isEqualTo(2);
        assertThat(said.toString()).contains("Missing required parameter", "DIR");
        assertThat(verify(data)).isEqualTo(2);
        assertThat(said.toString()).contains("no data directory of Tidemark");
    }

    @Test
    void logsInside_areFoundThere() throws IOException {
        made(null);
        assertThat(verify(data)).isZero();
        assertThat(said.toString()).endsWith("OK\n");
        assertThat(verify(data, "--log-dir", logs)).isEqualTo(2);
        assertThat(said.toString()).contains("keeps its logs inside");
    }

    @Test
    void logsElsewhere_areRequiredAndCompared() throws IOException {
        made(logs);
        assertThat(verify(data)).isEqualTo(2);
        assertThat(said.toString()).contains("keeps its logs elsewhere");
        assertThat(verify(data, "--log-dir", data)).isEqualTo(2);
        assertThat(said.toString()).contains("is not the log directory of");
        assertThat(verify(logs)).isEqualTo(2);
        assertThat(said.toString()).contains("is the log directory of the data directory");
        assertThat(verify(data, "--log-dir", logs)).isZero();
    }

    @Test
    void inUse_isRefusedAndAFreeOneIsReleased() throws IOException {
        made(null);
        try (DataDirectory held = DataDirectory.open(Disk.real(), data, null, 2)) {
            assertThat(held.shards()).isEqualTo(2);
            assertThat(verify(data)).isEqualTo(2);
            assertThat(said.toString()).contains("in use");
        }
        assertThat(verify(data)).isZero();
        made(null);
    }

    @Test
    void damagedIdentity_isDamage() throws IOException {
        made(null);
        Files.writeString(data.resolve(Identity.FILE), "tidemark data\n");
        assertThat(verify(data)).isEqualTo(1);
        assertThat(said.toString()).contains(data.resolve(Identity.FILE).toString());
    }

    @Test
    void report_separatesNotesFromProblems() {
        ShardInspection well = new ShardInspection(
                0,
                new StoreInspection.Report(4, true, 1, 4, 200, 30, List.of("0000000002.data"), List.of()),
                new LogInspection.Report(1, 8_192, 7, 1, 7, 0, 12, 1, List.of()),
                List.of());
        assertThat(VerifyReport.of(List.of(well)))
                .anyMatch(line -> line.contains("torn tail of 12 bytes"))
                .anyMatch(line -> line.contains("the last 1 entries"))
                .anyMatch(line -> line.contains("30 bytes of data files"))
                .anyMatch(line -> line.contains("removed by the next start: 0000000002.data"))
                .last()
                .isEqualTo("OK");
        ShardInspection damaged = new ShardInspection(
                1,
                new StoreInspection.Report(-1, true, 0, 0, 0, 0, List.of(), List.of("one")),
                new LogInspection.Report(0, 0, 0, 1, 0, 0, 0, 0, List.of("two")),
                List.of("three"));
        assertThat(VerifyReport.of(List.of(well, damaged)))
                .contains("shard 1: one", "shard 1: two", "shard 1: three")
                .last()
                .isEqualTo("3 problems");
    }
}
