package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import org.junit.jupiter.api.Test;

/**
 * "A shard idle at its tick is forced at the tick; one still written is forced {@code idle_ms} after the last write, not at
 * the next tick." Nobody notes when the last write was; the checkpointer looks. Here is how much that costs: at most an eighth
 * of {@code idle_ms} and two steps of a millisecond timer.
 */
final class IdlenessTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long INTERVAL = 10_000 * MILLI;
    private static final long IDLE = CheckpointOptions.DEFAULT_IDLE_MS * MILLI;
    private static final long LATEST = IDLE / 8 + 2 * MILLI;
    private static long worstNanos;
    private static int atTheTick;
    private static int afterTheTick;

    @AfterContainer
    static void print() {
        System.out.printf(
                "idle at the tick %d, still written %d; worst lateness %.2f ms of idle_ms 250%n",
                atTheTick, afterTheTick, (double) worstNanos / MILLI);
        if (atTheTick + afterTheTick > 1) {
            assertThat(atTheTick).isGreaterThan(50);
            assertThat(afterTheTick).isGreaterThan(50);
        }
    }

    /** Writes at these times, in ns before (negative: after) the tick; returns when the force began, in ns after the tick. */
    private static long forcedAt(CheckpointerRig rig, List<Long> writesBeforeTick) {
        long tick = rig.loop.nanoTime() + INTERVAL;
        long[] forced = {Long.MIN_VALUE};
        rig.store.duringForce = () -> forced[0] = rig.loop.nanoTime() - tick;
        for (long before : writesBeforeTick) {
            rig.loop.advanceNanos(tick - before - rig.loop.nanoTime());
            assertThat(forced[0]).as("forced before the last write").isEqualTo(Long.MIN_VALUE);
            rig.write();
        }
        rig.loop.advanceNanos(tick + INTERVAL / 2 - rig.loop.nanoTime());
        assertThat(rig.triggers()).containsExactly(CheckpointTrigger.INTERVAL);
        return forced[0];
    }

    @Property(tries = 400)
    void lastWrite_atAnyTime_isFollowedByAForceAfterIdleMs(@ForAll long seed) {
        Random random = new Random(seed);
        CheckpointerRig rig = CheckpointerRig.proven();
        long last = random.nextInt(3) == 0
                ? (long) (random.nextDouble() * INTERVAL)
                : IDLE - (long) (random.nextGaussian() * IDLE);
        List<Long> writes = new ArrayList<>();
        long gap = MILLI / 10 + random.nextInt((int) (IDLE / 2));
        long first = last + random.nextInt(40) * gap;
        while (first <= 0) { // a clean shard is due at its next tick
            first += gap;
        }
        for (long at = first; at > last; at -= gap) {
            if (at < INTERVAL) {
                writes.add(at);
            }
        }
        writes.add(last);
        long forced = forcedAt(rig, writes);
        long due = Math.max(0, IDLE - last);
        assertThat(forced - due).as("ns from idle to force").isBetween(0L, LATEST);
        worstNanos = Math.max(worstNanos, forced - due);
        if (due == 0) {
            atTheTick++;
        } else {
            afterTheTick++;
        }
    }

    @Property(tries = 100)
    void lastWrite_longBeforeTheTick_isForcedAtTheTickWithoutDelay(@ForAll long seed) {
        Random random = new Random(seed);
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.loop.advanceNanos(random.nextInt((int) MILLI));
        long last = IDLE + IDLE / 8 + 2 * MILLI + (long) (random.nextDouble() * INTERVAL / 2);
        List<Long> writes = new ArrayList<>();
        for (long at = last + random.nextInt(100) * MILLI; at > last; at -= MILLI) {
            writes.add(at);
        }
        writes.add(last);
        long off = rig.loop.nanoTime() % MILLI; // the ticks go by whole milliseconds
        assertThat(forcedAt(rig, writes) + off).isZero();
        assertThat(rig.checkpointer.journal().entries())
                .as("a shard that was idle at its tick is not said to have been put off")
                .noneMatch(entry -> entry instanceof JournalEntry.Deferral);
    }

    @Test
    void lastWrite_exactlyIdleMsBeforeTheTick_isForcedAtTheTickOrOneLookLater() {
        long worst = 0;
        for (long off = -3; off <= 3; off++) {
            CheckpointerRig rig = CheckpointerRig.proven();
            long last = IDLE + off * MILLI;
            long late = forcedAt(rig, List.of(last + 40 * MILLI, last)) - Math.max(0, -off * MILLI);
            assertThat(late).isBetween(0L, LATEST);
            worst = Math.max(worst, late);
        }
        System.out.printf("last write 247 to 253 ms before the tick: at most %.2f ms late%n", (double) worst / MILLI);
    }

    @Test
    void stillWritten_generationForASyncAtTheTick_delaysTheForceByLittle() {
        CheckpointerRig rig = CheckpointerRig.proven();
        long tick = rig.loop.nanoTime() + INTERVAL;
        rig.loop.advanceMillis(9_900);
        rig.write();
        rig.checkpointer.sync();
        rig.loop.runReady();
        rig.write();
        long last = rig.loop.nanoTime();
        rig.loop.advanceMillis(2_000);
        assertThat(rig.triggers()).containsExactly(CheckpointTrigger.SYNC_NOW, CheckpointTrigger.INTERVAL);
        assertThat(rig.outcomes.get(1).endedEpochMillis())
                .isBetween(
                        1_700_000_000_000L + Math.max(tick, last + IDLE) / MILLI,
                        1_700_000_000_000L + (last + IDLE + LATEST) / MILLI);
    }
}
