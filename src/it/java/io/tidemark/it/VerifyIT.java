package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tidemark verify} of the packaged node. */
class VerifyIT {
    private record Answer(int exitCode, String text) {}

    private static Answer verify(Path directory) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        System.getProperty("tidemark.jar", "target/tidemark.jar"),
                        "verify",
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Answer(process.exitValue(), text);
    }

    /** Contents and modification time of everything below a directory. */
    private static Map<String, String> state(Path directory) throws IOException {
        Map<String, String> state = new TreeMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList()) {
                String contents =
                        Files.isRegularFile(file) ? "" + Arrays.hashCode(Files.readAllBytes(file)) : "directory";
                state.put(file.toString(), Files.getLastModifiedTime(file) + " " + contents);
            }
        }
        return state;
    }

    @Test
    void verify_ofARunningAKilledAndADamagedNode_tellsThemApart(@TempDir Path temp) throws Exception {
        Path dir = temp.resolve("data");
        try (NodeProcess node = NodeProcess.in(dir).start();
                RespClient client = node.client()) {
            for (int i = 0; i < 2_000; i++) {
                client.set("key:" + i, "value " + i);
                if (i == 1_000) {
                    client.text("SAVE");
                }
            }
            Answer running = verify(dir);
            assertThat(running.exitCode()).as(running.text()).isEqualTo(2);
            assertThat(running.text()).contains("in use");
            client.set("still", "served");
            node.sigkill();
        }
        Map<String, String> before = state(dir);
        Answer killed = verify(dir);
        assertThat(killed.exitCode()).as(killed.text()).isZero();
        assertThat(killed.text()).endsWith("OK\n");
        assertThat(state(dir)).isEqualTo(before);

        List<Path> data;
        try (Stream<Path> files = Files.walk(dir)) {
            data = files.filter(file -> file.toString().endsWith(".data")).toList();
        }
        DataDirectory.Place place = DataDirectory.find(data, "value 7");
        DataDirectory.flip(place);
        Answer damaged = verify(dir);
        assertThat(damaged.exitCode()).as(damaged.text()).isEqualTo(1);
        assertThat(damaged.text()).contains(place.file().toString()).endsWith("1 problem\n");

        Answer other = verify(temp);
        assertThat(other.exitCode()).isEqualTo(2);
        assertThat(other.text()).contains("no data directory of Tidemark");
    }
}
