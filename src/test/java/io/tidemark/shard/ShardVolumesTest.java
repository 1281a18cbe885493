package io.tidemark.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.FaultyDisk;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.pressure.Volume;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log on a volume of its own, 100,000 bytes, beside data on one of 1,000,000; both keep 5,000. */
class ShardVolumesTest {
    private static final Path ROOT = Path.of("/volume");

    private final FaultyDisk dataDisk = FaultyDisk.seeded();
    private final FaultyDisk logDisk = FaultyDisk.seeded();
    private final Volume data = volume(dataDisk, "data");
    private final Volume log = volume(logDisk, "log");
    private final ShardVolumes volumes = new ShardVolumes(data, log, () -> 0);

    private static Volume volume(FaultyDisk disk, String name) {
        return new Volume(
                disk,
                name,
                ROOT,
                new PressureOptions()
                        .setShedFreeBytes(10_000)
                        .setResumeFreeBytes(20_000)
                        .setBallastBytes(0),
                Runnable::run,
                (low, detail) -> {});
    }

    @BeforeEach
    void open() throws IOException {
        for (FaultyDisk disk : new FaultyDisk[] {dataDisk, logDisk}) {
            disk.createDirectories(ROOT);
        }
        dataDisk.faults().limitBytes(1_000_000);
        logDisk.faults().limitBytes(100_000);
        data.open();
        log.open();
    }

    @Test
    void admit_logVolumeRefuses_takesNoRoomOfTheDataVolume() {
        for (int i = 0; i < 100; i++) {
            assertThat(volumes.admit(96_000)).isFalse();
        }
        assertThat(data.status().reservedBytes())
                .as("data room promised to refused writes")
                .isZero();
        assertThat(data.status().low()).isFalse();
        assertThat(volumes.admit(80_000)).as("the control").isTrue();
        assertThat(data.status().reservedBytes()).isEqualTo(80_000);
        assertThat(log.status().reservedBytes()).isEqualTo(80_000);
        volumes.releaseReservation(80_000);
        assertThat(data.status().reservedBytes()).isZero();
        assertThat(log.status().reservedBytes()).isZero();
    }

    @Test
    void admit_oneVolumeForBoth_countsLogAndData() {
        ShardVolumes shared = new ShardVolumes(log, log, () -> 0);
        assertThat(shared.admit(40_000)).isTrue();
        assertThat(log.status().reservedBytes()).isEqualTo(80_000);
        assertThat(shared.admit(10_000)).as("all of the 20,000 that are left").isFalse();
        shared.releaseReservation(40_000);
        assertThat(log.status().reservedBytes()).isZero();
    }
}
