package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starts that must fail, each with its exit code and a message that says what to do. */
@Timeout(60)
class RefusedStartIT {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path dir;

    @Test
    void start_onADirectoryInUse_isRefusedAndTheFirstGoesOn() throws IOException {
        try (NodeProcess first = NodeProcess.in(dir).start();
                RespClient client = first.client()) {
            client.set("a", "b");
            Refusal.of(NodeProcess.in(dir)).hasExitCode(3, dir.toString());
            client.set("c", "d");
            assertThat(client.get("a")).isEqualTo("b");
            assertThat(first.stop()).isZero();
        }
        try (NodeProcess again = NodeProcess.in(dir).start();
                RespClient client = again.client()) {
            assertThat(client.get("a")).isEqualTo("b");
            assertThat(client.get("c")).isEqualTo("d");
        }
    }

    @Test
    void start_onAPortInUse_isRefused() throws IOException {
        try (NodeProcess first = NodeProcess.in(dir.resolve("one")).start()) {
            String port = Integer.toString(first.port());
            Refusal.of(NodeProcess.in(dir.resolve("two")).set("redis.port", port))
                    .hasExitCode(4, port);
            try (RespClient client = first.client()) {
                client.set("a", "b");
            }
        }
    }

    @Test
    void start_onAnAdminPortInUse_isRefusedAndNamesTheKey() throws IOException {
        try (NodeProcess first = NodeProcess.in(dir.resolve("one")).start()) {
            String port = Integer.toString(first.adminPort());
            Refusal.of(NodeProcess.in(dir.resolve("two")).set("admin.port", port))
                    .hasExitCode(4, port, "admin.port");
        }
    }

    @Test
    void start_withAMisspeltKey_isRefusedWithTheRightOne() throws IOException {
        Refusal.of(NodeProcess.in(dir).set("checkpoint.intervalMs", "5"))
                .hasExitCode(2, "unknown key `checkpoint.intervalMs`", "did you mean `checkpoint.interval_ms`");
        assertThat(dir).as("nothing made").isEmptyDirectory();
    }

    @Test
    void start_withAnUnknownKey_isRefused() throws IOException {
        Refusal.of(NodeProcess.in(dir).set("colour", "blue")).hasExitCode(2, "unknown key `colour`");
    }

    @Test
    void start_withAMisspeltKeyInAFile_isRefusedWithTheRightOne() throws IOException {
        Path config = Files.writeString(dir.resolve("tidemark.yaml"), "checkpoint:\n  idleMs: 100\n");
        Refusal.of(NodeProcess.in(dir.resolve("data")).argument("--config").argument(config.toString()))
                .hasExitCode(2, "did you mean `checkpoint.idle_ms`");
    }

    @Test
    void start_withAConfigFileThatIsNotThere_isRefused() throws IOException {
        Path missing = dir.resolve("missing.yaml");
        Refusal.of(NodeProcess.in(dir.resolve("data")).argument("--config").argument(missing.toString()))
                .hasExitCode(2, missing.toString());
    }

    @Test
    void start_withAValueThatIsNoNumber_isRefused() throws IOException {
        Refusal.of(NodeProcess.in(dir).set("shards", "four")).hasExitCode(2, "shards", "four");
        Refusal.of(NodeProcess.in(dir).set("shards", "0")).hasExitCode(2, "shards");
        Refusal.of(NodeProcess.in(dir).set("checkpoint.interval_ms", "-1"))
                .hasExitCode(2, "checkpoint.interval_ms", "-1");
    }

    @Test
    void start_withAnUnknownOption_isRefused() throws IOException {
        Refusal.of(NodeProcess.withArguments("run", "--colour")).hasExitCode(2, "--colour");
        Refusal.of(NodeProcess.withArguments("walk")).hasExitCode(2, "walk");
    }

    @Test
    void start_withAnotherNumberOfShards_isRefusedAndChangesNothing() throws IOException {
        try (NodeProcess first = NodeProcess.in(dir).set("shards", "4").start();
                RespClient client = first.client()) {
            client.set("a", "b");
            assertThat(first.stop()).isZero();
        }
        Refusal.of(NodeProcess.in(dir).set("shards", "8")).hasExitCode(3, "4", "8", "shards");
        try (NodeProcess again = NodeProcess.in(dir).set("shards", "4").start();
                RespClient client = again.client()) {
            assertThat(client.get("a")).isEqualTo("b");
        }
    }

    @Test
    void start_onAFile_isRefused() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "no directory");
        Refusal.of(NodeProcess.in(file)).hasExitCode(3, file.toString());
    }

    /** Else it would be found by the first client that writes there. */
    @Test
    void start_withAShardsDirectoryMountedReadOnly_isRefusedByNameAndReason() throws Exception {
        Faults.require("root".equals(System.getProperty("user.name")), "not root");
        try (NodeProcess first = NodeProcess.in(dir).set("shards", "2").start();
                RespClient client = first.client()) {
            for (int i = 0; i < 20; i++) {
                client.set("k" + i, i);
            }
            assertThat(first.stop()).isZero();
        }
        for (String name : new String[] {"shard-0001/data", "shard-0001/log"}) {
            Path directory = dir.resolve(name);
            run("mount", "--bind", directory.toString(), directory.toString());
            try {
                run("mount", "-o", "remount,ro,bind", directory.toString());
                Refusal.of(NodeProcess.in(dir).set("shards", "2"))
                        .hasExitCode(3, "shard 1 can't write to " + directory, "Read-only file system");
            } finally {
                run("umount", directory.toString());
            }
        }
        try (NodeProcess again = NodeProcess.in(dir).set("shards", "2").start();
                RespClient client = again.client()) {
            assertThat(client.get("k19")).isEqualTo("19");
        }
    }

    /** Java reads the name of the working directory as another one then, and a second directory was made beside it. */
    @Test
    void start_whereTheLocaleCannotWriteTheWorkingDirectory_isRefusedAndMakesNothing() throws Exception {
        for (String locale : new String[] {"C", "POSIX"}) {
            Refusal.of(inDirectory("$d", "data").environment("LC_ALL", locale))
                    .hasExitCode(
                            2,
                            "the name of the working directory can't be written",
                            "ANSI_X3.4-1968",
                            "set LC_ALL=C.UTF-8");
            Refusal.of(inDirectory(".", dir + "/$d/data").environment("LC_ALL", locale))
                    .hasExitCode(2, "`data_dir` is " + dir, "which can't be the name of a file", "set LC_ALL=C.UTF-8");
            assertThat(dir.toFile().list()).as("nothing beside it").hasSize(1);
        }
        try (NodeProcess node =
                inDirectory("$d", "data").environment("LC_ALL", "C.UTF-8").start()) {
            assertThat(node.stop()).isZero();
        }
        assertThat(dir.toFile().list()).as("nothing beside it").hasSize(1);
    }

    /** Both as the shell reads them, {@code $d} being a letter that is not ASCII's, as UTF-8. */
    private NodeProcess.Builder inDirectory(String workingDirectory, String dataDir) {
        return NodeProcess.withArguments("run")
                .set("redis.port", "0")
                .set("admin.port", "0")
                .set("pressure.ballast_bytes", "0")
                .under(
                        "sh",
                        "-c",
                        "cd '" + dir + "' && d=$(printf '\\303\\244') && mkdir -p $d && cd " + workingDirectory
                                + " && exec \"$@\" --set \"data_dir=" + dataDir + "\"",
                        "sh");
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", command[0], said).isZero();
    }
}
