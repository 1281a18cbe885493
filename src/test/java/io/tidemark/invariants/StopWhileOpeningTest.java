package io.tidemark.invariants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import io.tidemark.log.LogRecovery;
import io.tidemark.shard.LocalShards;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is stopped before its data files are open does not go on to its logs: another process may have them by then. */
@Timeout(60)
class StopWhileOpeningTest {
    private static final String LOGS = "/data/shard-*/log/*";

    @Test
    void I11_stopWhileDataFilesAreOpened_noLogIsTouched() throws Exception {
        FaultyDisk disk = FaultyDisk.seeded();
        try (Node node = Node.quiet(disk)) {
            node.set(0, "a", "b");
            node.set(1, "a", "b");
        }
        FaultyDisk control = disk.copyOf();
        Node.quiet(control).close();
        assertThat(control.journal().count(Operation.READ, LOGS))
                .as("the control: a start reads the logs")
                .isPositive();

        FaultyDisk stopped = disk.copyOf();
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        stopped.faults().before(Operation.READ, "/data/shard-0/data/*", path -> {
            reached.countDown();
            Node.hold(go);
        });
        Vertx vertx = Vertx.vertx();
        try {
            LocalShards shards = new LocalShards(vertx, stopped, Node.options(Node.quietly(), null), cause -> {});
            Future<List<LogRecovery>> recovery = shards.open().compose(opened -> shards.recover());
            reached.await();
            Node.await(shards.close());
            go.countDown();
            assertThatThrownBy(() -> Node.await(recovery))
                    .hasMessage("the node was stopped while its data files were being opened");
            assertThat(stopped.journal().count(Operation.READ, LOGS)).isZero();
            assertThat(stopped.journal().count(Operation.WRITE, "**")).isZero();
        } finally {
            go.countDown();
            Node.await(vertx.close());
        }
    }
}
