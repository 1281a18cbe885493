package io.tidemark.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

class FaultyDiskContractTest extends DiskContract {
    private static final Path DIRECTORY = Path.of("/data");
    private final FaultyDisk disk = new FaultyDisk(1);

    FaultyDiskContractTest() {
        disk.put(DIRECTORY.resolve("seed"), new byte[0]);
        try {
            disk.delete(DIRECTORY.resolve("seed"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    Disk disk() {
        return disk;
    }

    @Override
    Path directory() {
        return DIRECTORY;
    }
}
