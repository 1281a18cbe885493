package io.tidemark.pressure;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.FaultyDisk;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A refused write reserves nothing. A volume of 100,000 bytes without reserve file, shed below 10,000. */
class VolumeAdmissionTest {
    private static final Path ROOT = Path.of("/data");

    private final FaultyDisk disk = FaultyDisk.seeded();
    private final Volume volume = new Volume(
            disk,
            "data",
            ROOT,
            new PressureOptions()
                    .setShedFreeBytes(10_000)
                    .setResumeFreeBytes(20_000)
                    .setBallastBytes(0),
            Runnable::run,
            (low, detail) -> {});

    @BeforeEach
    void open() throws IOException {
        disk.createDirectories(ROOT);
        disk.faults().limitBytes(100_000);
        volume.open();
    }

    @Test
    void admit_refusedManyTimes_reservesNothing() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(volume.admit(200_000)).isFalse();
        }
        assertThat(volume.status().reservedBytes())
                .as("reserved by refused writes")
                .isZero();
        assertThat(volume.status().low()).as("low because of refusals").isFalse();
        assertThat(volume.admit(80_000)).as("a write that fits").isTrue();
        assertThat(volume.status().reservedBytes()).isEqualTo(80_000);
    }
}
