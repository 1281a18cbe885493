package io.tidemark.pressure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.FaultyDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.Deflater;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The reserve file: its blocks must be allocated, whatever the file system compresses, and durable. */
class BallastTest {
    private static final Path ROOT = Path.of("/data");
    private static final Path FILE = ROOT.resolve(Ballast.FILE);
    private static final int BYTES = (2 << 20) + 5_000; // three steps, the last one short

    private final FaultyDisk disk = FaultyDisk.seeded();
    private final Ballast ballast = new Ballast(disk, ROOT);

    @BeforeEach
    void makeRoot() throws IOException {
        disk.createDirectories(ROOT);
        disk.forceDirectory(Path.of("/"));
    }

    @Test
    void make_isForcedBeforeItCounts() throws IOException {
        ballast.make(BYTES);
        disk.forceDirectory(ROOT); // its name may be lost in a power cut, its blocks may not
        assertThat(disk.isForced(FILE)).as("the reserve file is forced").isTrue();
        assertThat(disk.crashLosingAllUnforced().durableBytes(FILE))
                .as("blocks after a power cut")
                .hasSize(BYTES)
                .isEqualTo(disk.bytes(FILE));
    }

    @Test
    void make_writesIncompressibleBytes() throws IOException {
        ballast.make(BYTES);
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        deflater.setInput(disk.bytes(FILE));
        deflater.finish();
        long compressed = 0;
        byte[] out = new byte[1 << 16];
        while (!deflater.finished()) {
            compressed += deflater.deflate(out);
        }
        deflater.end();
        assertThat(compressed).as("bytes after compression").isGreaterThan(BYTES * 9L / 10);
    }

    @Test
    void make_forceFails_leavesNoFileAndCountsNone() throws IOException {
        disk.faults().failForce(Ballast.FILE).times(1);
        assertThatThrownBy(() -> ballast.make(BYTES)).isInstanceOf(IOException.class);
        assertThat(ballast.bytes()).isZero();
        assertThat(disk.exists(FILE)).isFalse();
        ballast.make(BYTES);
        assertThat(ballast.bytes()).as("the control").isEqualTo(BYTES);
    }
}
