package io.tidemark.pressure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A disk that reports no error and returns other bytes. */
class DurableProbeTest {
    private static final Path ROOT = Path.of("/data");
    private static final Path FILE = ROOT.resolve(DurableProbe.FILE);

    private final FaultyDisk disk = FaultyDisk.seeded();

    @BeforeEach
    void makeRoot() throws IOException {
        disk.createDirectories(ROOT);
    }

    @Test
    void run_diskReturnsZeros_fails() throws IOException {
        disk.faults().before(Operation.OPEN, DurableProbe.FILE, path -> {
            int length = disk.bytes(FILE).length;
            disk.put(FILE, new byte[length]);
        });
        assertThatThrownBy(() -> new DurableProbe(disk, ROOT).run())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the bytes read back are not those written");
        assertThat(disk.exists(FILE)).isFalse();
    }

    @Test
    void run_diskReturnsBytesOfAnEarlierProbe_fails() throws IOException {
        byte[][] earlier = new byte[1][];
        disk.faults().before(Operation.OPEN, DurableProbe.FILE, path -> {
            byte[] now = disk.bytes(FILE);
            if (earlier[0] != null) {
                disk.put(FILE, earlier[0]);
            }
            earlier[0] = now;
        });
        new DurableProbe(disk, ROOT).run(); // control: this probe reads what it wrote
        assertThatThrownBy(() -> new DurableProbe(disk, ROOT).run()).isInstanceOf(IOException.class);
    }

    @Test
    void run_fileOfAProbeThatACrashInterrupted_isReplaced() throws IOException {
        disk.put(FILE, new byte[] {1, 2, 3});
        new DurableProbe(disk, ROOT).run();
        assertThat(disk.exists(FILE)).isFalse();
    }
}
