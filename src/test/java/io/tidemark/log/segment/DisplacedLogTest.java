package io.tidemark.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** I1, I3: a log whose files are removed, replaced or truncated under the running node fails permanently, naming the file. */
final class DisplacedLogTest {
    private static final String PAD = "-".repeat(1_800);

    private Path directory;
    private LogFixture log;

    /** What somebody does to segments 1 and 2 (closed) and 3. */
    enum Deed {
        UNLINK_ACTIVE("0000000003.log is not there any more"),
        UNLINK_CLOSED("0000000001.log is not there any more"),
        REPLACE_ACTIVE("0000000003.log is another file now"),
        CUT_ACTIVE("0000000003.log has 4100 bytes"),
        CUT_CLOSED("0000000002.log has 4100 bytes"),
        UNLINK_CONTROL("LOG is not there any more"),
        UNLINK_ALL("LOG is not there any more");

        private final String said;

        Deed(String said) {
            this.said = said;
        }

        void carryOut(Path directory) throws IOException {
            switch (this) {
                case UNLINK_ACTIVE -> Files.delete(LogFixture.segment(directory, 3));
                case UNLINK_CLOSED -> Files.delete(LogFixture.segment(directory, 1));
                case REPLACE_ACTIVE -> {
                    Path copy = directory.resolve("copy");
                    Files.copy(LogFixture.segment(directory, 3), copy);
                    Files.move(copy, LogFixture.segment(directory, 3), StandardCopyOption.REPLACE_EXISTING);
                }
                case CUT_ACTIVE -> cutOff(LogFixture.segment(directory, 3));
                case CUT_CLOSED -> cutOff(LogFixture.segment(directory, 2));
                case UNLINK_CONTROL -> Files.delete(directory.resolve(LogDirectory.CONTROL));
                case UNLINK_ALL -> {
                    for (String name : Disk.real().list(directory)) {
                        Files.delete(directory.resolve(name));
                    }
                    Files.delete(directory);
                }
            }
        }

        private static void cutOff(Path file) throws IOException {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(4_100);
            }
        }
    }

    @BeforeEach
    void setUp(@TempDir Path temp) throws IOException {
        directory = temp.resolve("log");
        log = new LogFixture(directory, SegmentLogOptions.MIN_SEGMENT_BYTES);
        log.open(0);
        for (int i = 0; !Files.exists(LogFixture.segment(directory, 3)); i++) {
            log.append(i + PAD);
        }
    }

    @ParameterizedTest
    @EnumSource(Deed.class)
    void I1_fileTakenAway_logFailsByName(Deed deed) throws IOException {
        deed.carryOut(directory);
        assertThatThrownBy(() -> log.log.requireInPlace())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(deed.said)
                .hasMessageContaining("restore it from a copy");
        log.runTasks();
        assertThat(log.failures).hasSize(1);
        assertThat(log.failures.get(0)).hasMessageContaining(deed.said);
        TestBatch late = log.queue("late");
        log.runTasks();
        assertThat(late.failures).as("of a write that came later").isEqualTo(1);
        assertThat(late.outcomeUnknown).isFalse();
        assertThatCode(() -> log.log.requireInPlace()).as("asked again").doesNotThrowAnyException();
        assertThat(log.failures).hasSize(1);
    }

    /** The thread that finds it can't schedule the log's next run while one is under way. */
    @Test
    void I1_fileTakenAwayWhileTheLogRuns_logFailsWithoutAnotherWrite() {
        log.duringRun = () -> {
            try {
                Deed.UNLINK_CONTROL.carryOut(directory);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            assertThatThrownBy(() -> log.log.requireInPlace()).hasMessageContaining(Deed.UNLINK_CONTROL.said);
        };
        log.append("last");
        log.runTasks();
        assertThat(log.duringRun).as("has been run").isNull();
        assertThat(log.failures).hasSize(1);
        assertThat(log.failures.get(0)).hasMessageContaining(Deed.UNLINK_CONTROL.said);
        assertThat(log.tasks).isEmpty();
    }

    @Test
    void requireInPlace_throughRotationReleaseAndReopening_findsNothing() throws IOException {
        for (int i = 0; i < 12; i++) {
            log.append(i + PAD);
            log.log.requireInPlace();
            log.release(log.log.lastIndex() - 2);
            log.log.requireInPlace();
        }
        long last = log.log.lastIndex();
        log.close();
        log.log.requireInPlace();
        LogFixture again = new LogFixture(directory, SegmentLogOptions.MIN_SEGMENT_BYTES);
        again.log.requireInPlace();
        again.open(last);
        again.log.requireInPlace();
        again.append("more");
        again.log.requireInPlace();
        assertThat(again.failures).isEmpty();
    }

    /** Only the log's thread knows how far it is with a file that gets its name. */
    @Test
    void requireInPlace_whileASegmentGetsItsName_findsNothing() throws IOException {
        int[] asked = {0};
        log.disk.failWhen(call -> {
            try {
                log.log.requireInPlace();
                asked[0]++;
            } catch (IOException found) {
                throw new AssertionError("behind " + call, found);
            }
            return false;
        });
        for (int i = 0; i < 6; i++) {
            log.append(i + PAD);
            log.release(log.log.lastIndex() - 1);
        }
        assertThat(asked[0]).isGreaterThan(30);
        assertThat(log.failures).isEmpty();
    }
}
