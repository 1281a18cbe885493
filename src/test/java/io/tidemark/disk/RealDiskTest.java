package io.tidemark.disk;

import java.nio.file.Path;
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
}
