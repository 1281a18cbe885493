package io.tidemark.invariants;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.FaultyDisk;
import io.tidemark.shard.Command;
import io.tidemark.shard.Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What reads can make a shard keep in memory is bounded, however many there are and whatever they ask for. */
class LargeReadsTest {
    private static final int MIB = 1 << 20;

    private final FaultyDisk disk = FaultyDisk.seeded();

    @BeforeEach
    void root() throws IOException {
        disk.createDirectories(Node.ROOT);
    }

    private static Command.Get get() {
        return new Command.Get(Node.bytes("large"));
    }

    private static List<Result> answers(List<CompletableFuture<Result>> futures) throws Exception {
        List<Result> answers = new ArrayList<>();
        for (CompletableFuture<Result> each : futures) {
            answers.add(each.get(20, TimeUnit.SECONDS));
        }
        return answers;
    }

    private static void store(Node node) throws Exception {
        assertThat(node.call(0, new Command.Set(Node.bytes("large"), new byte[MIB])))
                .isEqualTo(Result.Ok.OK);
    }

    @Test
    void manyReadsInOneList_answersForAFewMebibytes_therestLater() throws Exception {
        try (Node node = Node.quiet(disk)) {
            store(node);
            List<Result> answers = answers(node.submit(0, Collections.nCopies(100, get())));
            assertThat(answers.subList(0, 5)).hasOnlyElementsOfType(Result.Value.class);
            assertThat(answers.subList(5, 100)).containsOnly(Result.Postponed.POSTPONED);
        }
    }

    @Test
    void oneReadOfManyValues_aboveTheBound_isRefused() throws Exception {
        try (Node node = Node.quiet(disk)) {
            store(node);
            Command all = new Command.GetAll(Collections.nCopies(64, Node.bytes("large")));
            assertThat(node.call(0, all)).isInstanceOf(Result.Values.class);
            Command more = new Command.GetAll(Collections.nCopies(100_000, Node.bytes("large")));
            assertThat(node.call(0, more))
                    .isEqualTo(
                            new Result.Failure(
                                    Result.Kind.TOO_LARGE,
                                    "more than 67108864 bytes of values are asked of one shard at once; ask for less, or again"));
        }
    }

    /** They see what stands before them in the entry, so they can't come later. */
    @Test
    void readsBehindAWrite_aboveTheBound_areRefused_andTheWriteIsThere() throws Exception {
        int most = (int) (Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 8) / MIB);
        try (Node node = Node.quiet(disk)) {
            store(node);
            List<Command> commands = new ArrayList<>();
            commands.add(new Command.Set(Node.bytes("small"), Node.bytes("1")));
            commands.addAll(Collections.nCopies(most + 30, get()));
            commands.add(new Command.Set(Node.bytes("small"), Node.bytes("2")));
            List<Result> answers = answers(node.submit(0, commands));
            assertThat(answers.subList(1, most + 2)).hasOnlyElementsOfType(Result.Value.class);
            assertThat(answers.subList(most + 2, most + 31)).allSatisfy(refused -> assertThat(refused)
                    .isInstanceOfSatisfying(Result.Failure.class, failure -> assertThat(failure.kind())
                            .isEqualTo(Result.Kind.TOO_LARGE)));
            assertThat(answers.get(most + 31)).isEqualTo(Result.Ok.OK);
            assertThat(node.get(0, "small")).isEqualTo("2");
        }
    }
}
