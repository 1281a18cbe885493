package io.tidemark.files;

import static io.tidemark.files.AppendOnlyFiles.part;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.CheckpointTarget;
import io.tidemark.checkpoint.Checkpointers;
import io.tidemark.checkpoint.DirtyCounter;
import io.tidemark.checkpoint.ForceProgress;
import io.tidemark.disk.CorruptionException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real disk, under real checkpointers. */
final class AppendOnlyFilesTest {
    private static final CheckpointOptions PATIENT = new CheckpointOptions().setIntervalMs(3_600_000);

    @TempDir
    Path temp;

    private final Vertx vertx = Vertx.vertx();
    private final List<AppendOnlyFiles> opened = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        await(vertx.close().otherwiseEmpty());
        for (AppendOnlyFiles files : opened) {
            files.close();
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private Path directory() {
        return temp.resolve("shop");
    }

    private AppendOnlyFiles open(Path directory) throws IOException {
        AppendOnlyFiles files = AppendOnlyFiles.open(directory, new AppendOnlyFilesOptions().setMaxFileBytes(4_096));
        opened.add(files);
        return files;
    }

    private Checkpointers deploy(CheckpointTarget files) throws Exception {
        Checkpointers checkpointers = await(Checkpointers.deploy(vertx, "shop", PATIENT, List.of(files)));
        await(checkpointers.syncNow(0));
        return checkpointers;
    }

    private static Part text(String name, String text) {
        return part(name, Buffer.buffer(text));
    }

    /** What a process would find that were killed now; page cache and all, so only {@code POSITION} decides. */
    private Path copy() throws IOException {
        Path to = Files.createDirectory(temp.resolve("copy-" + System.nanoTime()));
        try (Stream<Path> from = Files.list(directory())) {
            for (Path file : from.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        return to;
    }

    private static String contents(AppendOnlyFiles files, String name) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) files.length(name));
        files.read(name, 0, bytes);
        return new String(bytes.array(), UTF_8);
    }

    @Test
    void I2_sync_whatWasAppendedBeforeIt_isFoundByTheNextProcess() throws Exception {
        AppendOnlyFiles files = open(directory());
        Checkpointers checkpointers = deploy(files);
        StringBuilder orders = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            files.append(text("orders", "order " + i + "\n"), text("lines", i + ";"));
            orders.append("order ").append(i).append('\n');
        }
        assertThat(checkpointers.status(0).dirtyFiles()).isGreaterThan(2);
        assertThat(await(checkpointers.syncNow(0)).durableIndex()).isEqualTo(500);
        assertThat(files.durablePosition()).isEqualTo(500);
        files.append(text("orders", "not synced"));
        AppendOnlyFiles next = open(copy());
        assertThat(next.position()).isEqualTo(500);
        assertThat(contents(next, "orders")).isEqualTo(orders.toString());
        assertThat(next.names()).containsExactly("orders", "lines");
        try (Stream<Path> pieces = Files.list(directory())) {
            assertThat(pieces.filter(each -> each.toString().contains("orders.")))
                    .as("rotated")
                    .hasSizeGreaterThan(1);
        }
    }

    /** The steps of src/docs/append-only-files.md for an application with a log. */
    @Test
    void I6_withALog_aRestartReplaysWhatIsBehindTheDurablePosition() throws Exception {
        List<Part> log = new ArrayList<>();
        List<Long> released = new CopyOnWriteArrayList<>();
        Replay replay = (after, upTo, to) -> {
            for (long index = after + 1; index <= upTo; index++) {
                to.append(index, log.get((int) index - 1));
            }
        };
        AppendOnlyFiles files = open(directory()).replayWith(replay).onDurable(released::add);
        Checkpointers checkpointers = deploy(files);
        for (int index = 1; index <= 20; index++) {
            log.add(text("orders", "order " + index + "\n"));
            files.append(index, log.get(index - 1));
            if (index == 12) {
                await(checkpointers.syncNow(0));
            }
        }
        assertThat(released).containsExactly(0L, 12L);
        Path killed = copy();
        assertThatThrownBy(() -> AppendOnlyFiles.open(killed, new AppendOnlyFilesOptions().setRequiredPosition(13)))
                .as("files that are older than what the log has forgotten")
                .isInstanceOf(CorruptionException.class);
        AppendOnlyFiles again = AppendOnlyFiles.open(killed, new AppendOnlyFilesOptions().setRequiredPosition(12));
        opened.add(again);
        assertThat(again.position()).isEqualTo(12);
        replay.replay(again.position(), log.size(), again);
        assertThat(contents(again, "orders")).isEqualTo(contents(files, "orders"));
    }

    /** The user marks nothing, names no counter, and yet each append counts. */
    @Test
    void append_marksTheShardsCounter() throws Exception {
        AppendOnlyFiles files = open(directory());
        files.append(7, text("orders", "before the deployment"));
        Checkpointers checkpointers = deploy(files);
        DirtyCounter dirty = DirtyCounter.of(vertx, "shop", 0);
        assertThat(dirty.dirty()).isFalse();
        assertThat(dirty.durableIndex()).isEqualTo(7);
        files.append(9, text("orders", "abc"), text("lines", "d"));
        assertThat(dirty.appendedIndex()).isEqualTo(9);
        assertThat(dirty.dirtyBytes()).isEqualTo(4);
        await(checkpointers.syncNow());
        assertThat(dirty.dirty()).isFalse();
    }

    /** What is marked is in the capture, at every moment: publish, then mark. */
    @Test
    void I4_continuousAppends_everyGenerationCoversWhatWasMarkedBeforeIt() throws Exception {
        AppendOnlyFiles files = open(directory());
        Checkpointers checkpointers = deploy(files);
        DirtyCounter dirty = DirtyCounter.of(vertx, "shop", 0);
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; i < 20_000; i++) {
                    files.append(text("orders", i + "\n"));
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        while (!writer.isDone()) {
            long marked = dirty.appendedIndex();
            assertThat(files.capture().index())
                    .as("captured after it was marked")
                    .isGreaterThanOrEqualTo(marked);
            assertThat(await(checkpointers.syncNow(0)).durableIndex()).isGreaterThanOrEqualTo(marked);
        }
        writer.get(20, TimeUnit.SECONDS);
        await(checkpointers.close());
        assertThat(files.durablePosition()).as("after the stop").isEqualTo(20_000);
    }

    @Test
    void I11_stopWhileAppendsComeIn_everyOneThatReturnedIsDurable() throws Exception {
        AppendOnlyFiles files = open(directory());
        Checkpointers checkpointers = deploy(files);
        Promise<Void> some = Promise.promise();
        CompletableFuture<Long> writer = CompletableFuture.supplyAsync(() -> {
            long last = 0;
            try {
                while (true) {
                    last = files.append(text("orders", "x")).position();
                    some.tryComplete();
                }
            } catch (AppendRefusedException drained) {
                return last;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        await(some.future());
        await(checkpointers.close());
        long last = writer.get(20, TimeUnit.SECONDS);
        assertThat(last).isPositive();
        assertThat(open(copy()).position()).as("durable after the stop").isEqualTo(last);
    }

    @Test
    void redeployed_takesAppendsAgain() throws Exception {
        AppendOnlyFiles files = open(directory());
        await(deploy(files).close());
        assertThatThrownBy(() -> files.append(text("orders", "a"))).isInstanceOf(AppendRefusedException.class);
        Checkpointers again = await(Checkpointers.deploy(vertx, "other", PATIENT, List.of(files)));
        files.append(text("orders", "a"));
        assertThat(await(again.syncNow(0)).durableIndex()).isEqualTo(1);
        assertThat(DirtyCounter.of(vertx, "other", 0).appendedIndex()).isEqualTo(1);
    }

    /** A disk that fails one force, behind the files. */
    private record Failing(AppendOnlyFiles files, List<String> repairs) implements CheckpointTarget {
        @Override
        public void attached(DirtyCounter dirty) {
            files.attached(dirty);
        }

        @Override
        public void configured(CheckpointOptions options) {
            files.configured(options);
        }

        @Override
        public Capture capture() {
            return files.capture();
        }

        @Override
        public void force(Capture captured) throws IOException {
            files.force(captured);
        }

        @Override
        public void force(Capture captured, ForceProgress progress) throws IOException {
            files.force(captured, progress);
        }

        @Override
        public void completed(Capture captured) {
            files.completed(captured);
        }

        @Override
        public void repair(Capture failed) throws IOException {
            repairs.add("repair");
            files.repair(failed);
        }

        @Override
        public Future<Void> drain() {
            return files.drain();
        }
    }

    /** A file that was removed under the process is a failed generation; the checkpointer repairs it by itself. */
    @Test
    void I5_fileRemovedUnderTheProcess_isWrittenAgainAndServiceGoesOn() throws Exception {
        AppendOnlyFiles files = open(directory());
        List<String> log = new ArrayList<>();
        files.replayWith((after, upTo, to) -> {
            for (long position = after + 1; position <= upTo; position++) {
                to.append(position, text("orders", log.get((int) position - 1)));
            }
        });
        Failing target = new Failing(files, new ArrayList<>());
        Checkpointers checkpointers = deploy(target);
        log.add("first\n");
        files.append(1, text("orders", log.get(0)));
        Files.delete(directory().resolve("orders.0000000001.data"));
        assertThatThrownBy(() -> await(checkpointers.syncNow(0))).hasMessageContaining("under the running node");
        log.add("second\n");
        files.append(2, text("orders", log.get(1))); // waits for the repair
        assertThat(target.repairs()).containsExactly("repair");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (files.durablePosition() < 2) {
            assertThat(System.nanoTime()).isLessThan(end);
            await(checkpointers.syncNow(0).otherwiseEmpty());
        }
        AppendOnlyFiles next = open(copy());
        assertThat(contents(next, "orders")).isEqualTo("first\nsecond\n");
    }

    @Test
    void open_directoryInUse_isRefusedUntilItIsClosed() throws Exception {
        AppendOnlyFiles files = open(directory());
        assertThatThrownBy(() -> AppendOnlyFiles.open(directory())).hasMessageContaining("is in use in this process");
        assertThat(openedElsewhere()).contains("is in use by another process");
        files.append(text("orders", "a"));
        files.close();
        assertThat(openedElsewhere()).isEqualTo("opened at 0\n");
    }

    /** As another copy of the class in this process would: its own list knows nothing of the lock. */
    @Test
    void open_lockedByOtherMeansInThisProcess_isRefusedAndThatLockStays() throws Exception {
        Files.createDirectories(directory());
        try (FileChannel other =
                FileChannel.open(directory().resolve("LOCK"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            other.lock();
            assertThatThrownBy(() -> AppendOnlyFiles.open(directory()))
                    .hasMessageContaining("is in use in this process");
            assertThat(openedElsewhere()).contains("is in use by another process");
        }
    }

    private String openedElsewhere() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        directory().toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(other.getInputStream().readAllBytes(), UTF_8);
        other.waitFor();
        return said.lines().reduce((first, last) -> last).orElse("") + "\n";
    }

    /** Another process over the same directory. */
    static final class Other {
        private Other() {}

        /** Opens it and says how that went. */
        public static void main(String[] arguments) {
            try (AppendOnlyFiles files = AppendOnlyFiles.open(Path.of(arguments[0]))) {
                System.out.println("opened at " + files.position());
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void open_damaged_givesTheLockBack() throws Exception {
        AppendOnlyFiles files = open(directory());
        files.close();
        byte[] position = Files.readAllBytes(directory().resolve("POSITION"));
        Files.write(directory().resolve("POSITION"), new byte[3]);
        assertThatThrownBy(() -> AppendOnlyFiles.open(directory())).isInstanceOf(CorruptionException.class);
        Files.write(directory().resolve("POSITION"), position);
        assertThat(open(directory()).position()).isZero();
    }

    @Test
    void lock_thatIsALink_isRefused() throws Exception {
        Path target = Files.writeString(temp.resolve("somebody's"), "theirs");
        Files.createDirectory(directory());
        Files.createSymbolicLink(directory().resolve("LOCK"), target);
        assertThatThrownBy(() -> AppendOnlyFiles.open(directory())).hasMessageContaining("is a symbolic link");
        assertThat(Files.readString(target)).isEqualTo("theirs");
    }

    /** I10: a disk that hangs would hold up everybody on this loop. */
    @Test
    void I10_onAnEventLoop_whatBlocksIsRefused() throws Exception {
        AppendOnlyFiles files = open(directory());
        Promise<List<String>> said = Promise.promise();
        vertx.runOnContext(nothing -> {
            List<String> refusals = new ArrayList<>();
            for (Blocking call : List.<Blocking>of(
                    () -> AppendOnlyFiles.open(temp.resolve("other")),
                    () -> files.append(text("orders", "a")),
                    () -> files.read("orders", 0, ByteBuffer.allocate(1)),
                    files::close)) {
                try {
                    call.run();
                    refusals.add("done");
                } catch (IllegalStateException refused) {
                    refusals.add(String.valueOf(refused.getMessage()));
                } catch (IOException e) {
                    refusals.add(String.valueOf(e));
                }
            }
            said.complete(refusals);
        });
        assertThat(await(said.future())).hasSize(4).allMatch(each -> each.contains("can't be called on an event loop"));
    }

    @FunctionalInterface
    private interface Blocking {
        void run() throws IOException;
    }
}
