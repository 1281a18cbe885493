package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/** I4 on a real disk: under continuous writes the durable index moves, and no byte waits longer than it may. */
@Timeout(120)
@Tag("alone")
class ContinuousWritesIT {
    private static final long SECONDS = Long.getLong("tidemark.continuous_seconds", 7);
    /** How late an event loop may be on a busy machine. */
    private static final double SLACK_MS = 250;

    /** In the project: a temporary directory may be in memory, where a force costs nothing. */
    static final class OnTheProjectsDisk implements TempDirFactory {
        @Override
        public Path createTempDirectory(
                org.junit.jupiter.api.extension.AnnotatedElementContext element,
                org.junit.jupiter.api.extension.ExtensionContext context)
                throws IOException {
            Path target = Path.of(System.getProperty("tidemark.basedir", ""), "target");
            return Files.createTempDirectory(Files.createDirectories(target), "continuous-");
        }
    }

    @TempDir(factory = OnTheProjectsDisk.class, cleanup = CleanupMode.ALWAYS)
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void continuousWrites_maxDelayOfTwoSeconds_isKept() throws Exception {
        ContinuousWrites.Seen seen = ContinuousWrites.run(Duration.ofSeconds(SECONDS), directory);
        System.out.printf(
                "ContinuousWritesIT: %d s on %s: %s%n",
                SECONDS, Files.getFileStore(directory).type(), seen);
        assertThat(seen.problem()).isNull();
        assertThat(seen.fewestGenerations()).isGreaterThanOrEqualTo((int) SECONDS / 2 - 1);
        assertThat(seen.worstAgeMillis()).as("bytes do wait").isGreaterThan(1_000);
        assertThat(seen.worstExcessMillis()).isLessThanOrEqualTo(SLACK_MS);
    }
}
