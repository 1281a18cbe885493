package io.tidemark.invariants;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import io.tidemark.shard.Command;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many changes are not durable yet in the data files: keys, not log entries. */
@Timeout(60)
class UnsavedChangesTest {
    private final FaultyDisk disk = FaultyDisk.seeded();

    private static Command set(String key, String value) {
        return new Command.Set(Node.bytes(key), Node.bytes(value));
    }

    private static void all(Node node, Command... commands) throws Exception {
        for (var answer : node.submit(0, List.of(commands))) {
            answer.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void commandsOfOneEntry_countAsWhatTheyChange() throws Exception {
        try (Node node = Node.quiet(disk)) {
            all(
                    node,
                    set("a", "1"),
                    set("b", "x"),
                    new Command.SetAll(List.of(
                            new Command.Set(Node.bytes("c"), Node.bytes("1")),
                            new Command.Set(Node.bytes("d"), Node.bytes("1")))),
                    new Command.IncrementBy(Node.bytes("b"), 1),
                    new Command.IncrementBy(Node.bytes("a"), 1),
                    new Command.Get(Node.bytes("a")),
                    new Command.Delete(List.of(Node.bytes("d"), Node.bytes("none"))));
            assertThat(node.status(0).appliedIndex()).isEqualTo(1);
            assertThat(node.status(0).unsavedChanges())
                    .as("two keys set, two at once, one counted up, one removed; one that is no number, one not there")
                    .isEqualTo(6);
            node.sync();
            assertThat(node.status(0).unsavedChanges()).isZero();
            all(node, new Command.Delete(List.of(Node.bytes("none"))));
            assertThat(node.status(0).unsavedChanges()).isZero();
        }
    }

    @Test
    void changesDuringAForce_areStillUnsavedAfterIt() throws Exception {
        try (Node node = Node.quiet(disk)) {
            all(node, set("a", "1"), set("b", "1"), set("c", "1"));
            CountDownLatch forcing = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            disk.faults().before(Operation.FORCE, Node.data(0) + "/*.data", path -> {
                forcing.countDown();
                Node.hold(goOn);
            });
            var sync = node.syncLater();
            forcing.await();
            all(node, set("d", "1"), set("e", "1"));
            assertThat(node.status(0).unsavedChanges()).as("during the force").isEqualTo(5);
            goOn.countDown();
            Node.await(sync);
            assertThat(node.status(0).unsavedChanges()).as("after it").isEqualTo(2);
        }
    }

    @Test
    void changesThatARestartReplays_areUnsavedAgain() throws Exception {
        FaultyDisk killed;
        try (Node node = Node.quiet(disk)) {
            all(node, set("a", "1"), set("b", "1"));
            node.sync();
            all(node, set("c", "1"), new Command.Delete(List.of(Node.bytes("a"), Node.bytes("none"))));
            killed = disk.copyOf();
        }
        CountDownLatch goOn = new CountDownLatch(1);
        killed.faults().before(Operation.FORCE, Node.data(0) + "/*.data", path -> Node.hold(goOn));
        try (Node again = Node.quiet(killed)) {
            assertThat(again.recovered.get(0).replayedEntries()).isEqualTo(1);
            assertThat(again.status(0).unsavedChanges()).isEqualTo(2);
            goOn.countDown();
            again.sync();
            assertThat(again.status(0).unsavedChanges()).isZero();
        }
    }
}
