package io.tidemark.disk;

import static io.tidemark.disk.DiskContract.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a power cut leaves. */
class FaultyDiskCrashTest {
    private static final int PAGE = MemoryFile.PAGE_BYTES;
    private static final Path FILE = Path.of("/a");

    private static FaultyDisk withFile(long seed) {
        FaultyDisk disk = new FaultyDisk(seed);
        disk.put(FILE, new byte[0]);
        return disk;
    }

    @Test
    void crash_forced_survivesWhateverTheSeed() throws IOException {
        for (long seed = 0; seed < 50; seed++) {
            FaultyDisk disk = new FaultyDisk(seed);
            try (DiskFile file = disk.create(FILE)) {
                file.writeFully(utf8("forced"), 0);
                file.force();
                disk.forceDirectory(Path.of("/"));
                file.writeFully(utf8(" and not"), 6);
            }
            assertThat(disk.crash().bytes(FILE)).startsWith("forced".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void crash_unforcedPages_showEveryKindOfLeftOver() throws IOException {
        Set<String> seen = new HashSet<>();
        for (long seed = 0; seed < 300; seed++) {
            FaultyDisk disk = new FaultyDisk(seed);
            DiskFile file = disk.create(FILE);
            disk.forceDirectory(Path.of("/"));
            file.writeFully(ByteBuffer.wrap(FaultyDiskTest.filled(4 * PAGE, 'x')), 0);
            seen.add(shape(disk.crash().bytes(FILE)));
        }
        assertThat(seen).contains("", "xxxx", "....", "..xx", "x..x", ".xx.", "x", ".x");
        assertThat(seen).as("lengths within a page").anyMatch(each -> each.endsWith("~"));
    }

    /** One character for each page: all x, all zero, mixed; a tilde for a part of a page. */
    private static String shape(byte[] bytes) {
        StringBuilder shape = new StringBuilder();
        for (int at = 0; at < bytes.length; at += PAGE) {
            int first = bytes[at];
            for (int i = at; i < Math.min(at + PAGE, bytes.length); i++) {
                assertThat(bytes[i]).as("pages are whole").isEqualTo((byte) first);
            }
            shape.append(first == 'x' ? 'x' : '.');
        }
        return bytes.length % PAGE == 0 ? shape.toString() : shape.append('~').toString();
    }

    @Test
    void crash_sameSeed_sameLeftOver() throws IOException {
        assertThat(crashed(11).bytes(FILE)).isEqualTo(crashed(11).bytes(FILE));
    }

    private static FaultyDisk crashed(long seed) throws IOException {
        FaultyDisk disk = withFile(seed);
        disk.delete(FILE);
        DiskFile file = disk.create(FILE);
        disk.forceDirectory(Path.of("/"));
        file.writeFully(ByteBuffer.wrap(FaultyDiskTest.filled(64 * PAGE, 'x')), 0);
        return disk.crash();
    }

    @Test
    void crash_oldDiskAndDescriptors_throw() throws IOException {
        FaultyDisk disk = new FaultyDisk(1);
        DiskFile file = disk.create(FILE);
        disk.crash();
        assertThatIOException().isThrownBy(() -> file.write(utf8("x"), 0)).withMessageContaining("power was cut");
        assertThatIOException().isThrownBy(file::force).withMessageContaining("power was cut");
        assertThatIOException().isThrownBy(() -> disk.create(Path.of("/b"))).withMessageContaining("power was cut");
        file.close();
    }

    @Test
    void crashLosingAllUnforced_nameNotForced_isGone() throws IOException {
        FaultyDisk disk = withFile(1);
        disk.create(Path.of("/new")).force();
        disk.delete(FILE);
        assertThat(disk.crashLosingAllUnforced().list(Path.of("/"))).containsExactly("a");
    }

    @Test
    void crash_unforcedNames_showEverySubset_butNoneOutOfOrder() throws IOException {
        Set<List<String>> seen = new HashSet<>();
        for (long seed = 0; seed < 300; seed++) {
            FaultyDisk disk = new FaultyDisk(seed);
            disk.create(Path.of("/x"));
            disk.create(Path.of("/y"));
            disk.rename(Path.of("/y"), Path.of("/z"));
            seen.add(disk.crash().list(Path.of("/")));
        }
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        List.of(), List.of("x"), List.of("y"), List.of("z"), List.of("x", "y"), List.of("x", "z"));
    }

    @Test
    void crash_renameOverExisting_leavesOldOrNew() throws IOException {
        Set<String> seen = new TreeSet<>();
        for (long seed = 0; seed < 100; seed++) {
            FaultyDisk disk = new FaultyDisk(seed);
            disk.put(FILE, "old".getBytes(StandardCharsets.UTF_8));
            disk.put(Path.of("/a.new"), "new".getBytes(StandardCharsets.UTF_8));
            disk.rename(Path.of("/a.new"), FILE);
            FaultyDisk after = disk.crash();
            seen.add(after.list(Path.of("/")) + new String(after.bytes(FILE), StandardCharsets.UTF_8));
        }
        assertThat(seen).containsExactly("[a, a.new]old", "[a]new");
    }

    @Test
    void crash_changeOfALostName_isLostToo() throws IOException {
        Set<List<String>> seen = new HashSet<>();
        for (long seed = 0; seed < 300; seed++) {
            FaultyDisk disk = new FaultyDisk(seed);
            disk.put(FILE, new byte[1]);
            disk.put(Path.of("/a.new"), new byte[2]);
            disk.rename(Path.of("/a.new"), FILE);
            disk.delete(FILE);
            seen.add(disk.crash().list(Path.of("/")));
        }
        assertThat(seen)
                .as("the delete builds on the rename")
                .containsExactlyInAnyOrder(List.of("a", "a.new"), List.of("a"), List.of());
    }

    @Test
    void crash_directoryNotForced_takesItsFilesAlong() throws IOException {
        FaultyDisk disk = new FaultyDisk(1);
        FaultyDisk[] killed = {disk};
        disk.faults().before(Operation.FORCE_DIRECTORY, "/", path -> killed[0] = disk.kill());
        assertThatIOException().isThrownBy(() -> disk.createDirectories(Path.of("/sub")));
        killed[0].faults().clear();
        killed[0].create(Path.of("/sub/f")).force();
        killed[0].forceDirectory(Path.of("/sub"));
        FaultyDisk after = killed[0].crashLosingAllUnforced();
        assertThat(after.exists(Path.of("/sub"))).isFalse();
        assertThat(after.exists(Path.of("/sub/f"))).isFalse();
    }

    /** I2 leans on this for the manifest: at every step and whatever the seed, the old contents or the new ones. */
    @Test
    void i2_replace_crashAtEachStep_leavesOldOrNewContents() throws IOException {
        byte[] old = FaultyDiskTest.filled(2 * PAGE, 'o');
        byte[] fresh = FaultyDiskTest.filled(3 * PAGE, 'n');
        FaultyDisk disk = FaultyDisk.seeded();
        disk.put(FILE, old);
        List<FaultyDisk> states = new ArrayList<>();
        disk.afterEachOperation(done -> {
            for (int i = 0; i < 50; i++) {
                states.add(disk.copyOf(disk.seed() + states.size()));
            }
        });
        disk.replace(FILE, fresh);
        assertThat(states).hasSizeGreaterThanOrEqualTo(5 * 50);
        for (FaultyDisk state : states) {
            byte[] left = state.crash().bytes(FILE);
            assertThat(left)
                    .as("what a crash during replace() leaves is the old or the new contents")
                    .isIn(old, fresh);
        }
        assertThat(disk.crashLosingAllUnforced().bytes(FILE))
                .as("what replace() returned from is durable")
                .isEqualTo(fresh);
    }
}
