package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A real Vert.x, and stores over real files; all is closed after each test, however it ended. */
abstract class RealStores {
    @TempDir
    Path directory;

    final Vertx vertx = Vertx.vertx();
    private final List<PlainFileStore> made = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (PlainFileStore store : made) {
            store.gate.countDown();
            store.drain();
        }
        await(vertx.close().otherwiseEmpty());
        for (PlainFileStore store : made) {
            store.close();
        }
    }

    /** Fresh ones, each over a new file. */
    List<PlainFileStore> stores(int count) throws IOException {
        List<PlainFileStore> fresh = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            PlainFileStore store = new PlainFileStore(directory.resolve("file-" + made.size()));
            made.add(store);
            fresh.add(store);
        }
        return fresh;
    }

    Checkpointers deploy(String store, CheckpointOptions options, List<PlainFileStore> targets) throws Exception {
        return await(Checkpointers.deploy(vertx, store, options, targets));
    }

    /** The same, with a first generation done, so that only writes make it dirty. */
    Checkpointers proven(String store, CheckpointOptions options, List<PlainFileStore> targets) throws Exception {
        Checkpointers checkpointers = deploy(store, options, targets);
        await(checkpointers.syncNow());
        return checkpointers;
    }

    DirtyCounter dirty(String store, int shard) {
        return DirtyCounter.of(vertx, store, shard);
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    static void await(String what, BooleanSupplier reached) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!reached.getAsBoolean()) {
            assertThat(System.nanoTime()).as("30 s for: " + what).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    /** What a failed request said, after a check of its code. */
    static String failure(SyncFailure kind, Future<?> request) {
        var said = new StringBuilder();
        assertThatThrownBy(() -> await(request)).rootCause().isInstanceOfSatisfying(ReplyException.class, why -> {
            assertThat(why.failureCode()).as(why.getMessage()).isEqualTo(kind.code());
            said.append(why.getMessage());
        });
        return said.toString();
    }
}
