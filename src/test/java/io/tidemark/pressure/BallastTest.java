package io.tidemark.pressure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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

    @Test
    void make_anotherSize_replacesTheFile() throws IOException {
        ballast.make(BYTES);
        ballast.make(5_000);
        assertThat(disk.bytes(FILE)).hasSize(5_000);
        assertThat(ballast.bytes()).isEqualTo(5_000);
        ballast.make(0);
        assertThat(disk.exists(FILE)).as("a reserve file of no bytes").isFalse();
        assertThat(ballast.bytes()).isZero();
    }

    @Test
    void make_failsAndTheRestCannotBeDeleted_reportsBoth() throws IOException {
        disk.faults().failForce(Ballast.FILE).times(1);
        disk.faults().before(Operation.FORCE, Ballast.FILE, path -> disk.faults()
                .fail(Operation.DELETE, Ballast.FILE)
                .times(1));
        assertThatThrownBy(() -> ballast.make(BYTES))
                .isInstanceOf(IOException.class)
                .satisfies(failed -> assertThat(failed.getSuppressed()).hasSize(1));
    }

    /** The thread that needs the space must not wait for the one that fills it. */
    @Test
    void giveUp_whileItIsBeingMade_isRefusedAtOnce() throws IOException {
        List<Boolean> given = new ArrayList<>();
        disk.faults().before(Operation.FORCE, Ballast.FILE, path -> given.add(giveUpInAnotherThread()));
        ballast.make(BYTES);
        assertThat(given).containsExactly(false);
        assertThat(ballast.bytes()).isEqualTo(BYTES);
        assertThat(ballast.giveUp()).as("control: once it is made").isTrue();
        assertThat(ballast.giveUp()).as("only once").isFalse();
    }

    @Test
    void giveUp_afterEachCallOfAnotherThread_isNotRefused() throws IOException {
        ballast.make(5_000);
        assertThat(giveUpInAnotherThread()).as("after it was made").isTrue();
        ballast.make(5_000);
        ballast.find();
        assertThat(giveUpInAnotherThread()).as("after it was found").isTrue();
        ballast.make(5_000);
        assertThat(ballast.giveUp()).isTrue();
        CompletableFuture.runAsync(
                        () -> unchecked(() -> {
                            ballast.make(5_000);
                            return true;
                        }),
                        task -> new Thread(task, "make").start())
                .join();
        assertThat(ballast.giveUp()).as("made by another thread").isTrue();
    }

    private boolean giveUpInAnotherThread() {
        return CompletableFuture.supplyAsync(
                        () -> unchecked(ballast::giveUp), task -> new Thread(task, "other").start())
                .join();
    }

    @FunctionalInterface
    private interface Call {
        boolean run() throws IOException;
    }

    private static boolean unchecked(Call call) {
        try {
            return call.run();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
