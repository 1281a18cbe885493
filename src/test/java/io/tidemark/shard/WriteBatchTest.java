package io.tidemark.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.log.BatchRefusedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** How much becomes one log entry, and what clients are answered if it fails: that the node stops, only if it does. */
class WriteBatchTest {
    private static final int MIB = 1 << 20;

    private final List<Long> ended = new ArrayList<>();
    private final WriteBatch batch = new WriteBatch(new ShedFailures("shard 3", () -> 5_000), ended::add);

    private record Set(Command command) implements Call {
        Set(int valueBytes) {
            this(new Command.Set(new byte[] {'k'}, new byte[valueBytes]));
        }

        @Override
        public void complete(Result result) {}
    }

    private boolean add(int mebibytes) {
        List<Call> calls = List.of(new Set(mebibytes * MIB));
        return batch.add(calls, (long) mebibytes * MIB);
    }

    @Test
    void add_upToItsSize_goesIntoOneEntry() {
        assertThat(add(1)).isTrue();
        assertThat(add(3)).isTrue();
        assertThat(add(1)).as("more than " + WriteBatch.FULL_BYTES).isFalse();
        assertThat(Objects.requireNonNull(batch.close()).remaining()).isBetween(4 * MIB, 4 * MIB + 100);
        assertThat(batch.calls()).hasSize(2);
    }

    @Test
    void add_largerThanItsSize_isTakenAloneAndOnlyWhenNothingWasBefore() {
        assertThat(add(64)).isTrue();
        assertThat(add(1)).isFalse();
        WriteBatch other = new WriteBatch(new ShedFailures("shard 3", () -> 5_000), ended::add);
        assertThat(other.add(List.of(new Set(1)), 1)).isTrue();
        assertThat(other.add(List.of(new Set(64 * MIB)), 64L * MIB)).isFalse();
    }

    @Test
    void add_afterClose_isRefused() {
        assertThat(batch.close()).as("nothing to log").isNull();
        assertThat(add(1)).isFalse();
    }

    /** Else what was added would never be given back, and the shard never be drained. */
    @Test
    void failed_takesNothingOnceItsWeightIsGivenBack() {
        List<Boolean> added = new ArrayList<>();
        WriteBatch[] failing = new WriteBatch[1];
        failing[0] = new WriteBatch(new ShedFailures("shard 3", () -> 5_000), bytes -> {
            ended.add(bytes);
            added.add(failing[0].add(List.of(new Set(1)), 1));
        });
        failing[0].add(List.of(new Set(1)), 7);
        failing[0].failed(new IOException("the log has failed"), true);
        failing[0].failed(new IOException("the log is closed"), false);
        assertThat(added).as("taken after the end").containsExactly(false);
        assertThat(ended).as("given back, once").containsExactly(7L);
    }

    @Test
    void answer_givesItsWeightBackOnce() {
        add(2);
        add(1);
        batch.close();
        batch.answer(List.of(Result.Ok.OK, Result.Ok.OK));
        assertThat(ended).containsExactly(3L * MIB);
    }

    private static Result after(IOException cause) {
        List<Result> results = new ArrayList<>();
        WriteBatch batch = new WriteBatch(new ShedFailures("shard 3", () -> 5_000), bytes -> {});
        batch.add(List.of(call(results::add)), 100);
        batch.failed(cause, false);
        assertThat(results).hasSize(1);
        return results.get(0);
    }

    /** A shard keeps its last batch until the next one: not the values in it, too. */
    @Test
    void answer_givesBackWhatWasWritten() {
        WriteBatch batch = new WriteBatch(new ShedFailures("shard 3", () -> 5_000), bytes -> {});
        batch.add(List.of(call(result -> {})), 100);
        assertThat(batch.close()).isNotNull();
        assertThat(batch.calls()).hasSize(1);
        batch.answer(List.of(Result.Ok.OK));
        assertThat(batch.calls()).isEmpty();
    }

    private static Call call(Consumer<Result> answer) {
        return new Call() {
            @Override
            public Command command() {
                return new Command.Set(new byte[1], new byte[1]);
            }

            @Override
            public void complete(Result result) {
                answer.accept(result);
            }
        };
    }

    @Test
    void failed_forWantOfMemory_saysSoAndNotThatTheNodeStops() {
        OutOfMemoryError full = new OutOfMemoryError("Java heap space");
        assertThat(after(new BatchRefusedException("it could not be encoded: " + full, full)))
                .isEqualTo(
                        new Result.Failure(
                                Result.Kind.NO_MEMORY,
                                "shard 3: not carried out: it could not be encoded: java.lang.OutOfMemoryError: Java heap space"));
    }

    @Test
    void failed_alone_isNotTheEndOfTheShard() {
        assertThat(after(new BatchRefusedException("a batch of 2 GiB", null)))
                .isEqualTo(
                        new Result.Failure(Result.Kind.NOT_CARRIED_OUT, "shard 3: not carried out: a batch of 2 GiB"));
    }

    @Test
    void failed_withItsLog_isTheEnd() {
        assertThat(after(new IOException("log of shard 3 is closed")))
                .isEqualTo(
                        new Result.Failure(Result.Kind.STOPPED, "shard 3: not carried out: log of shard 3 is closed"));
    }
}
