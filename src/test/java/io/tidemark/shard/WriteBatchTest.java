package io.tidemark.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** How much becomes one log entry. */
class WriteBatchTest {
    private static final int MIB = 1 << 20;

    private final List<Long> ended = new ArrayList<>();
    private final WriteBatch batch = new WriteBatch(new Refusals("shard 3", () -> 5_000), ended::add);

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
        WriteBatch other = new WriteBatch(new Refusals("shard 3", () -> 5_000), ended::add);
        assertThat(other.add(List.of(new Set(1)), 1)).isTrue();
        assertThat(other.add(List.of(new Set(64 * MIB)), 64L * MIB)).isFalse();
    }

    @Test
    void add_afterClose_isRefused() {
        assertThat(batch.close()).as("nothing to log").isNull();
        assertThat(add(1)).isFalse();
    }

    @Test
    void answer_givesItsWeightBackOnce() {
        add(2);
        add(1);
        batch.close();
        batch.answer(List.of(Result.Ok.OK, Result.Ok.OK));
        assertThat(ended).containsExactly(3L * MIB);
    }
}
