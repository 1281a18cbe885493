package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real files by the thousand, of all sizes and kinds, through a real client, a kill and a restart, byte for byte. */
@Timeout(120)
class RealDataIT {

    private static final Path ROOT = Path.of("/usr/share/doc");
    private static final long MAX_FILE_BYTES = 8L << 20;
    private static final long MAX_TOTAL_BYTES = 60L << 20;

    @BeforeAll
    static void needsFiles() {
        Faults.require(ROOT.toFile().isDirectory(), ROOT + " is missing");
    }

    @Test
    void kill_inTheSecondPass_keepsEveryAcknowledgedFile(@TempDir Path dir) throws Exception {
        DocLoader first = DocLoader.of(ROOT, "", MAX_FILE_BYTES, MAX_TOTAL_BYTES);
        DocLoader second = first.withPrefix("second:");
        Set<String> acknowledged = new HashSet<>();
        try (NodeProcess node = NodeProcess.in(dir).start()) {
            pipe(first, node.port());
            assertThat(first.compare(node.port(), null).wrong()).isEmpty();
            loadAndKill(second, node, acknowledged);
        }
        try (NodeProcess node = NodeProcess.in(dir).start()) {
            DocLoader.Comparison ofFirst = first.compare(node.port(), null);
            DocLoader.Comparison ofSecond = second.compare(node.port(), acknowledged);
            System.out.println("RealDataIT: first pass " + ofFirst.exact() + " files, " + ofFirst.bytes()
                    + " bytes exact; second pass " + acknowledged.size() + " acknowledged, " + ofSecond.exact()
                    + " exact, " + ofSecond.absent() + " never acknowledged and absent");
            assertThat(ofFirst.wrong()).isEmpty();
            assertThat(ofFirst.exact()).isEqualTo(first.count());
            assertThat(ofSecond.wrong()).isEmpty();
            assertThat(ofSecond.absent()).as("the kill came in mid-pass").isPositive();
        }
    }

    private static void loadAndKill(DocLoader loader, NodeProcess node, Set<String> acknowledged)
            throws InterruptedException, ExecutionException, TimeoutException {
        CountDownLatch some = new CountDownLatch(loader.count() / 3);
        int port = node.port();
        CompletableFuture<Boolean> loading = CompletableFuture.supplyAsync(() -> {
            try {
                return loader.load(port, key -> {
                    acknowledged.add(key);
                    some.countDown();
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(some.await(60, TimeUnit.SECONDS)).isTrue();
        node.sigkill();
        assertThat(loading.get(30, TimeUnit.SECONDS))
                .as("all acknowledged before the kill")
                .isFalse();
    }

    /** By {@code redis-cli --pipe} where it is installed. */
    private static void pipe(DocLoader loader, int port) throws IOException, InterruptedException {
        if (!Faults.isInstalled("redis-cli")) {
            System.out.println("RealDataIT: redis-cli is not installed; loading through RespClient");
            assertThat(loader.load(port, key -> {})).isTrue();
            return;
        }
        Process cli = new ProcessBuilder("redis-cli", "-p", Integer.toString(port), "--pipe")
                .redirectErrorStream(true)
                .start();
        try (OutputStream out = new BufferedOutputStream(cli.getOutputStream(), 1 << 16)) {
            loader.writeCommands(out);
        }
        String said = new String(cli.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said).contains("errors: 0, replies: " + loader.count());
        assertThat(cli.waitFor()).as(said).isZero();
    }
}
