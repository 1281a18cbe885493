package io.tidemark.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** It does what the disk below does, and its meter hears of each force. */
class MeasuredDiskTest extends DiskContract {
    private static final Path DIRECTORY = Path.of("/data");

    private final List<String> heard = new ArrayList<>();
    private final FaultyDisk below = new FaultyDisk(1);
    private final Disk disk = new MeasuredDisk(below, new ForceMeter() {
        @Override
        public void began(Kind kind, Path path) {
            heard.add("began " + kind + " " + path);
        }

        @Override
        public void ended(Kind kind, Path path, long nanos, boolean ok) {
            assertThat(nanos).isNotNegative();
            heard.add((ok ? "ended " : "failed ") + kind + " " + path);
        }
    });

    MeasuredDiskTest() throws IOException {
        below.put(DIRECTORY.resolve("seed"), new byte[0]);
        below.delete(DIRECTORY.resolve("seed"));
    }

    @Override
    Disk disk() {
        return disk;
    }

    @Override
    Path directory() {
        return DIRECTORY;
    }

    @Test
    void forces_ofEachKind_areHeardBeforeAndAfter() throws IOException {
        Path path = DIRECTORY.resolve("a");
        try (DiskFile file = disk.create(path)) {
            file.writeFully(utf8("x"), 0);
            assertThat(heard).as("a write is no force").isEmpty();
            file.force();
        }
        disk.forceDirectory(DIRECTORY);
        disk.replace(DIRECTORY.resolve("b"), new byte[] {1});
        assertThat(heard)
                .containsExactly(
                        "began FILE /data/a",
                        "ended FILE /data/a",
                        "began DIRECTORY /data",
                        "ended DIRECTORY /data",
                        "began REPLACEMENT /data/b",
                        "ended REPLACEMENT /data/b");
    }

    @Test
    void rangeForces_areHeard_alsoTheOneThatFails() throws IOException {
        Path path = DIRECTORY.resolve("a");
        try (DiskFile file = disk.create(path)) {
            file.writeFully(utf8("x".repeat(8_192)), 0);
            FileRange range = disk.mapRange(path, 0, 8_192);
            assertThat(heard).as("mapping is no force").isEmpty();
            range.force(0, 4_096);
            below.faults().failRange("*").times(1);
            assertThatIOException().isThrownBy(() -> range.force(4_096, 4_096));
        }
        assertThat(heard)
                .containsExactly(
                        "began RANGE /data/a", "ended RANGE /data/a", "began RANGE /data/a", "failed RANGE /data/a");
    }

    @Test
    void force_thatFails_isHeardAsFailedAndThrown() throws IOException {
        below.faults().failForce("*").times(1);
        try (DiskFile file = disk.create(DIRECTORY.resolve("a"))) {
            file.writeFully(utf8("x"), 0);
            assertThatIOException().isThrownBy(file::force).withMessage(Faults.IO_ERROR);
        }
        assertThat(heard).containsExactly("began FILE /data/a", "failed FILE /data/a");
    }
}
