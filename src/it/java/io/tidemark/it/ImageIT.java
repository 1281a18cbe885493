package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.it.disk.LoopDisk;
import io.tidemark.it.disk.NothingLeft;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * I1 and I6 on images of a running node: a node that is started on one has everything that had been acknowledged when the
 * image was begun.
 *
 * <p>That holds for an image that is one instant of the disk, and is asked of no other. A plain {@code cp} of the backing file
 * reads its blocks one after the other while the file system below the node continues: it may have the second of two writes
 * and not the first, though a force was between them. No order of forces, be it the node's or the file system's own journal,
 * holds in such a file. So these images are made by sharing blocks, which is atomic and leaves out what only the page cache
 * above had, or of a frozen file system.
 *
 * <p>{@code cp -r} of the directory of a running node is not one instant either. There the files themselves show it: the copy is correct, or
 * refused.
 */
@Timeout(90)
@ExtendWith(NothingLeft.class)
class ImageIT {
    private static final int KEYS = 60;
    private static final int IMAGES = Integer.getInteger("tidemark.it.images", 2);

    private final NumberedWrites writes = new NumberedWrites(KEYS);
    private final AtomicBoolean enough = new AtomicBoolean();

    private static NodeProcess.Builder node(Path dataDir) {
        return NodeProcess.in(dataDir)
                .set("shards", "2")
                .set("checkpoint.interval_ms", "100")
                .set("checkpoint.idle_ms", "10")
                .set("checkpoint.max_delay_ms", "200")
                .set("log.segment_bytes", "1MiB")
                .set("bitcask.max_file_bytes", "1MiB");
    }

    private CompletableFuture<Boolean> load(NodeProcess node) {
        int port = node.port();
        return CompletableFuture.supplyAsync(() -> writes.run(port, enough::get));
    }

    private static SplittableRandom random() {
        long seed = Long.getLong("tidemark.seed", System.nanoTime());
        System.out.println("ImageIT: seed " + seed);
        return new SplittableRandom(seed);
    }

    @ParameterizedTest
    @EnumSource
    void image_ofARunningNode_hasWhatWasAcknowledgedBefore(LoopDisk.Kind kind) throws Exception {
        SplittableRandom random = random();
        try (LoopDisk host = LoopDisk.of(LoopDisk.Kind.XFS).mib(2_048).make();
                LoopDisk disk = LoopDisk.of(kind).mib(320).imageIn(host.root()).make();
                NodeProcess node = node(disk.root().resolve("data")).start()) {
            CompletableFuture<Boolean> load = load(node);
            for (int i = 1; i <= IMAGES; i++) {
                writes.awaitMore(1_000 + random.nextInt(3_000));
                long[] before = writes.acknowledged();
                try (LoopDisk image = i < IMAGES ? disk.snapshot() : disk.frozenCopy()) {
                    check(image, before, writes.sent());
                }
            }
            enough.set(true);
            assertThat(load.get(20, TimeUnit.SECONDS)).as(node.stderr()).isTrue();
            assertThat(node.stop()).as(node.stderr()).isZero();
        }
    }

    private void check(LoopDisk image, long[] before, long[] sent) throws IOException {
        writes.awaitMore(10 * KEYS);
        long[] later = writes.acknowledged();
        try (NodeProcess copy = node(image.root().resolve("data")).start();
                RespClient client = copy.client()) {
            List<byte @Nullable []> values = writes.read(client);
            assertThat(NumberedWrites.violations(values, before, sent))
                    .as(copy.stderr())
                    .isEmpty();
            assertThat(NumberedWrites.violations(values, later, writes.sent()))
                    .as("the control: that it lacks what came later is noticed")
                    .hasSizeGreaterThan(KEYS / 2);
            copy.sigkill();
        }
    }

    @Test
    void copyOfTheDirectory_ofARunningNode_isRightOrRefused(@TempDir Path dir) throws Exception {
        SplittableRandom random = random();
        int right = 0;
        try (NodeProcess node = node(dir.resolve("data")).start()) {
            CompletableFuture<Boolean> load = load(node);
            for (int i = 0; i < IMAGES; i++) {
                writes.awaitMore(1_000 + random.nextInt(3_000));
                long[] before = writes.acknowledged();
                Path copy = dir.resolve("copy-" + i);
                // files that go meanwhile make it complain, and go on
                new ProcessBuilder("cp", "-r", dir.resolve("data").toString(), copy.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor();
                right += isRight(copy, before, writes.sent()) ? 1 : 0;
            }
            enough.set(true);
            assertThat(load.get(20, TimeUnit.SECONDS)).as(node.stderr()).isTrue();
        }
        System.out.println(
                "ImageIT: of " + IMAGES + " copies of the directory " + right + " right, the others refused");
    }

    private boolean isRight(Path dataDir, long[] before, long[] sent) throws IOException {
        try (NodeProcess copy = node(dataDir).launch()) {
            RespClient client;
            try {
                client = copy.client();
            } catch (AssertionError notReady) {
                assertThat(copy.awaitExit(Duration.ofSeconds(20)))
                        .as(copy.stderr())
                        .isEqualTo(3);
                assertThat(copy.stderr()).contains(dataDir.resolve("shard-").toString());
                return false;
            }
            try (client) {
                assertThat(NumberedWrites.violations(writes.read(client), before, sent))
                        .as(copy.stderr())
                        .isEmpty();
                return true;
            }
        }
    }
}
