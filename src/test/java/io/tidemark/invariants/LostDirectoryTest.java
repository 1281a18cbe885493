package io.tidemark.invariants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Fence;
import io.tidemark.disk.Operation;
import io.tidemark.disk.OperationRecord;
import io.tidemark.log.RetryLaterException;
import io.tidemark.shard.Command;
import io.tidemark.shard.Result;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a node does in a directory that another process may have taken over. */
@Timeout(60)
class LostDirectoryTest {
    private final FaultyDisk disk = FaultyDisk.seeded();

    /** Objects from some moment on. */
    private static final class Switch implements Fence {
        private final AtomicInteger asked = new AtomicInteger();
        private volatile boolean closed;

        @Override
        public void check() throws IOException {
            if (closed) {
                asked.incrementAndGet();
                throw new IOException("another's");
            }
        }
    }

    @Test
    void I1_directoryLost_nothingIsAcknowledgedAndNoNameChanges() throws Exception {
        Switch fence = new Switch();
        FaultyDisk taken;
        try (Node node = Node.fenced(disk, fence)) {
            for (int i = 0; i < 40; i++) { // several segments and data files
                assertThat(node.set(0, "a" + i, "b".repeat(1_000))).isEqualTo(Result.Ok.OK);
            }
            fence.closed = true;
            taken = disk.copyOf();
            List<OperationRecord> before = disk.journal().records();
            CompletableFuture<Result> late = node.submit(0, new Command.Set(Node.bytes("a0"), Node.bytes("late")));
            Node.until(() -> fence.asked.get() > 2 || late.isDone());
            assertThat(late).as("a write from then on").isNotDone();
            assertThat(node.get(0, "a0")).as("a read").isEqualTo("b".repeat(1_000));
            Future<Void> sync = node.syncLater();
            assertThatThrownBy(() -> Node.await(sync)).isInstanceOf(Exception.class);
            node.stopLater().otherwiseEmpty();
            assertThat(late.get()).as("at the end").isNotEqualTo(Result.Ok.OK);
            List<OperationRecord> all = disk.journal().records();
            assertThat(all.subList(before.size(), all.size()))
                    .as("names that changed")
                    .noneMatch(each -> switch (each.operation()) {
                        case CREATE, CREATE_DIRECTORY, RENAME, DELETE -> true;
                        default -> false;
                    });
        }
        try (Node next = Node.quiet(taken)) {
            for (int i = 0; i < 40; i++) {
                assertThat(next.get(0, "a" + i)).isEqualTo("b".repeat(1_000));
            }
        }
    }

    /** A look that takes too long in the midst of a new log file is no failed log. */
    @Test
    void I8_unknownWhileALogFileIsBegun_theLogGoesOnAfterwards() throws Exception {
        AtomicBoolean closed = new AtomicBoolean();
        AtomicInteger objections = new AtomicInteger();
        Fence fence = () -> {
            if (closed.get()) {
                if (objections.incrementAndGet() > 3) {
                    closed.set(false);
                }
                throw new RetryLaterException(
                        "the owner of the directory is unknown", new IOException("the disk does not answer"));
            }
        };
        try (Node node = Node.fenced(disk, fence)) {
            assertThat(node.set(0, "a", "1")).isEqualTo(Result.Ok.OK);
            AtomicBoolean once = new AtomicBoolean();
            disk.faults().before(Operation.RENAME, "**", path -> {
                if (path.toString().contains("/log/0") && once.compareAndSet(false, true)) {
                    closed.set(true); // the next step is the control file's
                }
            });
            for (int i = 0; !once.get(); i++) {
                node.set(0, "b" + i, "c".repeat(1_000)); // the last one may be refused: it is not in the log then
            }
            Node.until(() -> set(node, "a", "2"));
            assertThat(objections).as("objections").hasValueGreaterThan(3);
            assertThat(node.logFailures).isEmpty();
            assertThat(node.get(0, "a")).isEqualTo("2");
        }
    }

    private static boolean set(Node node, String key, String value) {
        try {
            return node.set(0, key, value).equals(Result.Ok.OK);
        } catch (Exception unanswered) {
            throw new AssertionError(unanswered);
        }
    }

    /** Unknown is not lost. */
    @Test
    void I8_unknownForAWhile_whatWasLoggedIsAcknowledgedAfterwards() throws Exception {
        Switch fence = new Switch();
        try (Node node = Node.fenced(disk, fence)) {
            assertThat(node.set(0, "a", "1")).isEqualTo(Result.Ok.OK);
            fence.closed = true;
            CompletableFuture<Result> waiting = node.submit(0, new Command.Set(Node.bytes("a"), Node.bytes("2")));
            Node.until(() -> fence.asked.get() > 0);
            assertThat(waiting).isNotDone();
            fence.closed = false;
            assertThat(waiting.get()).isEqualTo(Result.Ok.OK);
            assertThat(node.get(0, "a")).isEqualTo("2");
            assertThat(node.logFailures).isEmpty();
        }
    }
}
