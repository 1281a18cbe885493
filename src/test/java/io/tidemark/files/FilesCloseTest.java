package io.tidemark.files;

import static io.tidemark.files.FilesLog.DIRECTORY;
import static io.tidemark.files.FilesLog.ORDERS;
import static io.tidemark.files.FilesLog.generation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.checkpoint.CheckpointTarget.Capture;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** I2, I7: a directory whose lock has been given back belongs to the next process; nothing of this one writes there. */
@Timeout(60)
final class FilesCloseTest {
    private final FaultyDisk disk = new FaultyDisk(7);
    private final AtomicBoolean lockHeld = new AtomicBoolean(true);
    private @Nullable AppendOnlyFiles opened;

    private AppendOnlyFiles open() throws IOException {
        disk.createDurably(DIRECTORY);
        AppendOnlyFiles files =
                AppendOnlyFiles.open(disk, DIRECTORY, new AppendOnlyFilesOptions(), () -> lockHeld.set(false));
        opened = files;
        return files;
    }

    @AfterEach
    void close() throws IOException {
        disk.afterEachOperation(null);
        if (opened != null) {
            opened.close();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void I2_forceOfClosedFiles_writesNothing() throws IOException {
        AppendOnlyFiles files = open();
        files.append(AppendOnlyFiles.part(ORDERS, bytes("a")));
        generation(files);
        files.append(9); // no file is unsynced: only the position would be written
        Capture captured = files.capture();
        files.close();
        disk.journal().clear();
        assertThatThrownBy(() -> files.force(captured)).hasMessageContaining("the files are closed");
        assertThatThrownBy(() -> files.repair(captured)).hasMessageContaining("the files are closed");
        assertThat(disk.journal().lines()).isEmpty();
    }

    /** Starts closing while another call is at the disk; returns the thread once it waits. */
    private Thread closeMeanwhile(AppendOnlyFiles files, Operation during, boolean interrupt, ThrowingCall call)
            throws Exception {
        AtomicReference<Thread> closing = new AtomicReference<>();
        disk.afterEachOperation(operation -> {
            if (operation.operation() == during && closing.get() == null) {
                Thread closer = new Thread(() -> {
                    try {
                        files.close();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
                closing.set(closer);
                closer.start();
                while (closer.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
                if (interrupt) {
                    closer.interrupt();
                }
                assertThat(lockHeld).as("while the call is under way").isTrue();
            }
        });
        call.run();
        Thread closer = closing.get();
        assertThat(closer).as("that closes").isNotNull();
        closer.join();
        return closer;
    }

    @Test
    void I2_closeDuringAForce_keepsTheLockUntilThatHasEnded() throws Exception {
        AppendOnlyFiles files = open();
        files.append(AppendOnlyFiles.part(ORDERS, bytes("a")));
        Capture captured = files.capture();
        closeMeanwhile(files, Operation.FORCE, false, () -> {
            files.force(captured);
            files.completed(captured);
        });
        assertThat(lockHeld).isFalse();
        assertThat(files.durablePosition()).isEqualTo(1);
    }

    @Test
    void closeDuringAnAppend_interrupted_givesTheLockBackAllTheSame() throws Exception {
        AppendOnlyFiles files = open();
        closeMeanwhile(files, Operation.WRITE, true, () -> files.append(AppendOnlyFiles.part(ORDERS, bytes("a"))));
        assertThat(lockHeld).isFalse();
        assertThat(files.position()).isEqualTo(1);
    }

    @Test
    void read_onAnInterruptedThread_isRefusedAndClosesNoFile() throws IOException {
        AppendOnlyFiles files = open();
        files.append(AppendOnlyFiles.part(ORDERS, bytes("abc")));
        ByteBuffer buffer = ByteBuffer.allocate(3);
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> files.read(ORDERS, 0, buffer)).isInstanceOf(InterruptedIOException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(files.read(ORDERS, 0, buffer)).isEqualTo(3);
    }

    /** What may fail. */
    private interface ThrowingCall {
        void run() throws Exception;
    }
}
