package io.tidemark.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealDiskTest extends DiskContract {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Override
    Disk disk() {
        return Disk.real();
    }

    @Override
    Path directory() {
        return directory;
    }

    /** I7: the least that a sick file system does; {@code Files.exists} says no then. */
    @Test
    void I7_whatCannotBeLookedAt_isNotTakenForMissing() throws IOException {
        Path loop = Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"));
        for (Path path : List.of(loop, loop.resolve("below"))) {
            assertThatThrownBy(() -> disk().exists(path)).isInstanceOf(FileSystemException.class);
            assertThatThrownBy(() -> disk().list(path)).isInstanceOf(FileSystemException.class);
        }
        assertThat(disk().exists(directory.resolve("none"))).isFalse();
        assertThat(disk().list(directory.resolve("none"))).isEmpty();
    }
}
