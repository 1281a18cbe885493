package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node where it can't be known how much space is free; mounts are of the node's own namespace and go with it. */
@Timeout(60)
@SuppressWarnings("NullAway.Init")
class UnknownSpaceIT {
    /** The system's directories below another root, which is no mount point itself. */
    private static final String IN_CHROOT = "root=$1; shift; for at in /*; do"
            + " if [ -L $at ]; then cp -P $at $root/; elif [ -d $at ]; then mkdir -p $root$at; mount --bind $at $root$at; fi;"
            + " done; mount --rbind /proc $root/proc; exec chroot $root sh -c 'cd $0; exec \"$@\"' $PWD \"$@\"";

    private static final String ON_RAMFS = "mount -t ramfs none $1 && shift && exec \"$@\"";

    @TempDir
    Path dir;

    @BeforeEach
    void require() {
        Faults.require("root".equals(System.getProperty("user.name")), "not root, so that nothing can be mounted");
        Faults.requireProgram("unshare");
        Faults.requireProgram("chroot");
    }

    private static NodeProcess.Builder node(Path data, String script, Path argument) {
        return NodeProcess.in(data)
                .set("shards", "1")
                .under("unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh")
                .under(argument.toString());
    }

    private static void assertServes(NodeProcess node) throws IOException {
        try (RespClient client = node.client()) {
            client.set("a", "b");
            assertThat(client.call("SAVE")).isEqualTo("OK");
            assertThat(client.get("a")).isEqualTo("b");
        }
    }

    @Test
    void start_inAChroot_knowsItsSpaceThoughNotItsMountPoint() throws IOException {
        Path root = Files.createDirectory(dir.resolve("root"));
        try (NodeProcess node = node(Path.of("/of-the-node"), IN_CHROOT, root).start()) {
            assertServes(node);
            try (RespClient client = node.client()) {
                assertThat(client.text("INFO", "persistence")).doesNotContain("free_bytes=-1");
            }
            assertThat(node.stop()).as(node.stderr()).isZero();
        }
    }

    @Test
    void start_onAFileSystemThatHasNoSize_servesWithoutTheMarks() throws IOException {
        Path mount = Files.createDirectory(dir.resolve("mount"));
        try (NodeProcess node = node(mount.resolve("data"), ON_RAMFS, mount).start()) {
            assertServes(node);
            try (RespClient client = node.client()) {
                assertThat(client.text("INFO", "persistence")).contains("free_bytes=-1");
            }
            assertThat(node.stop()).as(node.stderr()).isZero();
            assertThat(node.stderr().lines().filter(line -> line.contains("the free space is unknown")))
                    .as(node.stderr())
                    .hasSize(1);
        }
        assertThat(mount).isEmptyDirectory();
    }
}
