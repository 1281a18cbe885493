package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.pressure.PressureEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CheckpointSummaryTest {
    private final List<Long> scheduled = new ArrayList<>();
    private final CheckpointSummary summary = new CheckpointSummary("test", scheduled::add);

    private static CheckpointOutcome outcome(int shard, long bytes, int files, double forceMillis) {
        return outcome(shard, bytes, files, forceMillis, null);
    }

    private static CheckpointOutcome outcome(
            int shard, long bytes, int files, double forceMillis, @Nullable String error) {
        return new CheckpointOutcome(
                "test",
                shard,
                1,
                shard == 0 ? CheckpointTrigger.SYNC_NOW : CheckpointTrigger.INTERVAL,
                0,
                10,
                bytes,
                files,
                2_500_000,
                Math.round(forceMillis * 1e6),
                300_000,
                0,
                error == null ? null : ForceStep.DATA,
                error);
    }

    @Test
    void tally_sumsUpAndNamesTheWorst() {
        CheckpointTally tally = new CheckpointTally();
        tally.add(outcome(0, 100_000_000, 2, 35.4));
        tally.add(outcome(1, 20_000_000, 1, 7));
        tally.add(outcome(1, 0, 1, 1));
        tally.add(outcome(2, 5_000_000, 3, 9, "Input/output error"));
        assertThat(tally)
                .hasToString("checkpointed 2 shards, 120.0 MB in 4 files, 4 generations (interval 3, sync_now 1), worst"
                        + " force 35 ms, worst manifest 0.3 ms, worst queue 2.5 ms, 1 failed");
    }

    @Test
    void tally_ofOne_isSingular() {
        CheckpointTally tally = new CheckpointTally();
        tally.add(outcome(1, 94, 1, 0.4));
        assertThat(tally).asString().startsWith("checkpointed 1 shard, 0.1 kB in 1 file, 1 generation (interval 1)");
    }

    @Test
    void idleStore_schedulesNothing() {
        summary.write();
        summary.ended(outcome(0, 0, 0, 0.1)); // as after the start of a store without writes
        assertThat(scheduled).isEmpty();
    }

    @Test
    void generations_shareOneTimerAnInterval() {
        summary.interval(10_000);
        summary.ended(outcome(0, 1, 1, 1));
        summary.ended(outcome(1, 1, 1, 1));
        assertThat(scheduled).containsExactly(10_000L);
        summary.write();
        summary.write();
        summary.ended(outcome(1, 1, 1, 1));
        assertThat(scheduled).containsExactly(10_000L, 10_000L);
    }

    @Test
    void failure_isLoggedThoughNothingBecameDurable() {
        summary.ended(outcome(0, 0, 0, 0.1, "Input/output error"));
        assertThat(scheduled).hasSize(1);
    }

    @Test
    void interval_isBounded() {
        summary.interval(10);
        summary.ended(outcome(0, 1, 1, 1));
        summary.write();
        summary.interval(86_400_000);
        summary.ended(outcome(0, 1, 1, 1));
        assertThat(scheduled).containsExactly(1_000L, 60_000L);
    }

    @Test
    void listeners_oneThrows_theOthersAreStillNotified() {
        List<String> received = new ArrayList<>();
        CheckpointListener broken = new CheckpointListener() {
            @Override
            public void ended(CheckpointOutcome outcome) {
                throw new IllegalStateException("a listener's own trouble");
            }
        };
        CheckpointListener good = new CheckpointListener() {
            @Override
            public void ended(CheckpointOutcome outcome) {
                received.add("ended");
            }

            @Override
            public void pressure(PressureEvent event) {
                received.add("pressure");
            }
        };
        CheckpointListeners listeners = new CheckpointListeners(broken);
        listeners.add(good);
        listeners.ended(outcome(0, 1, 1, 1));
        listeners.remove(good);
        listeners.ended(outcome(0, 1, 1, 1));
        assertThat(received).containsExactly("ended");
    }
}
