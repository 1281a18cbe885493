package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.it.disk.LoopDisk;
import io.tidemark.it.disk.NothingLeft;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** I1, I2, I6, I7: what was acknowledged and what was published outlive the power, on real file systems. */
@Tag("alone") // it keeps two processors busy by itself
@Timeout(1_200)
@ExtendWith(NothingLeft.class)
class PowerCutIT {
    private static final int CUTS = Integer.getInteger("tidemark.it.cuts", 40);
    private static final long SEED = Long.getLong("tidemark.it.seed", System.nanoTime());

    @Test
    void powerCuts_ext4_loseNothing() throws Exception {
        losesNothing(LoopDisk.Kind.EXT4, CUTS);
    }

    @Test
    void powerCuts_xfs_loseNothing() throws Exception {
        losesNothing(LoopDisk.Kind.XFS, Math.max(1, CUTS / 4));
    }

    @Test
    void nodeThatEndsByItself_isAViolationWithAllThatShowsWhy() throws Exception {
        LoopDisk.require(LoopDisk.Kind.EXT4);
        PowerCutLoop.Plan plan = new PowerCutLoop.Plan(LoopDisk.Kind.EXT4, 4, 3);
        PowerCutResults figures = PowerCutLoop.run(plan, () -> false, NodeProcess::sigkill);
        assertThat(figures.violations())
                .singleElement()
                .asString()
                .contains("java.net.ConnectException", "at io.tidemark.it.PowerCutLoop.checkStarted")
                .contains("the node exited with 137", "--- stderr", "admin HTTP endpoint on http://");
        assertThat(figures.explanation())
                .contains("seed=4, after 0 cuts on its disks")
                .contains("src/it/scripts/power-cuts.sh --fs ext4 --seed 4 --cuts 3 --cuts-per-disk 3")
                .contains("EXT4-seed-4.image");
        for (String name : List.of("EXT4-seed-4.image", "EXT4-seed-4-log.image")) {
            Path image = PowerCutLoop.kept().resolve(name);
            assertThat(figures.explanation().contains(name)).isEqualTo(Files.deleteIfExists(image));
        }
    }

    private static void losesNothing(LoopDisk.Kind kind, int cuts) throws Exception {
        LoopDisk.require(kind);
        System.out.println("PowerCutIT: " + kind + " -Dtidemark.it.seed=" + SEED);
        PowerCutResults figures = PowerCuts.run(kind, SEED, cuts);
        System.out.println("PowerCutIT: " + kind + ": " + figures);
        assertThat(figures.violations()).as(figures.explanation()).isEmpty();
        assertThat(figures.cuts).isEqualTo(cuts);
        assertThat(figures.acknowledged()).isGreaterThan(cuts * 20L);
    }
}
