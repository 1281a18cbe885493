package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that may not start says so and ends with its exit code. */
class DataDirectoryLockIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void run_onADirectoryInUse_exitsWith3AndNamesItAndTheOwner(@TempDir Path dir) throws Exception {
        Path lockFile = dir.resolve("LOCK");
        Files.writeString(lockFile, ProcessHandle.current().pid() + "\n");
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
                FileLock lock = channel.lock();
                NodeProcess node = NodeProcess.in(dir).launch()) {
            assertThat(lock.isValid()).isTrue();
            assertThat(node.awaitExit(LIMIT)).isEqualTo(3);
            assertThat(node.stderr())
                    .contains(dir + " is in use by another node, process "
                            + ProcessHandle.current().pid());
            assertThat(node.stdout()).isEmpty();
        }
    }

    @Test
    void run_withBadConfiguration_exitsWith2AndTouchesNothing(@TempDir Path dir) throws Exception {
        Path data = dir.resolve("data");
        try (NodeProcess node = NodeProcess.in(data)
                .set("shards", "0")
                .environment("TIDEMARK_CHECKPOINT_IDLE_MS", "soon")
                .workingDirectory(dir)
                .launch()) {
            assertThat(node.awaitExit(LIMIT)).isEqualTo(2);
            assertThat(node.stderr())
                    .contains(
                            "`shards` is 0 in --set",
                            "`checkpoint.idle_ms` is the text `soon` in environment variable");
        }
        assertThat(data).doesNotExist();
    }

    @Test
    void version_isTheBuilds() throws Exception {
        try (NodeProcess node = NodeProcess.withArguments("--version").launch()) {
            assertThat(node.awaitExit(LIMIT)).isZero();
            assertThat(node.stdout()).matches("tidemark [0-9]+\\.[0-9]+\\.[0-9]+\\S*\n");
        }
    }
}
