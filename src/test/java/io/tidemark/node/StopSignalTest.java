package io.tidemark.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StopSignalTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 6})
    void exit_afterSigterm_endsWithItsCode(int code) throws Exception {
        try (Probe probe = Probe.start(StopProbe.class, Integer.toString(code))) {
            assertThat(probe.line()).isEqualTo("running");
            probe.terminate();
            assertThat(probe.exitCode()).isEqualTo(code);
        }
    }

    @Test
    void exit_withoutSignal_endsWithItsCode() throws Exception {
        try (Probe probe = Probe.start(StopProbe.class, "now")) {
            assertThat(probe.exitCode()).isEqualTo(ExitCode.LOG_FAILED.code());
        }
    }

    @Test
    void stop_thatNeverEnds_isCutOffAtTheLimit() throws Exception {
        try (Probe probe = Probe.start(StopProbe.class, "never")) {
            assertThat(probe.line()).isEqualTo("running");
            probe.terminate();
            assertThat(probe.exitCode()).isEqualTo(ExitCode.STOP_INCOMPLETE.code());
        }
    }

    @Test
    void verify_atSigterm_endsAtOnceAsAnyProcessDoes(@TempDir Path dir) throws Exception {
        DataDirectory.open(Disk.real(), dir, null, 1).close();
        Path data = Files.createDirectories(dir.resolve("shard-0000").resolve("data"));
        Process made = new ProcessBuilder("mkfifo", data.resolve("CHECKPOINT").toString()).start();
        assertThat(made.waitFor()).isZero();
        try (Probe probe = Probe.start(Main.class, "verify", dir.toString())) {
            // it holds the lock, then blocks on the pipe in place of a manifest
            Awaitility.await().until(() -> hasOpen(probe.pid(), dir.resolve("LOCK")));
            probe.terminate();
            long begunNanos = System.nanoTime();
            assertThat(probe.exitCode()).isEqualTo(128 + 15);
            assertThat(Duration.ofNanos(System.nanoTime() - begunNanos)).isLessThan(Duration.ofSeconds(5));
        }
    }

    private static boolean hasOpen(long pid, Path file) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path descriptor : descriptors.toList()) {
                if (Files.exists(descriptor) && Files.isSameFile(descriptor, file)) {
                    return true;
                }
            }
            return false;
        }
    }
}
