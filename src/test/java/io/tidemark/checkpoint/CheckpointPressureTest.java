package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import io.tidemark.pressure.PressureState;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;
import org.junit.jupiter.api.Test;

/** What the writer sees, what listeners receive, and when the disk is probed; on virtual time, dwell time 5 s. */
class CheckpointPressureTest {
    private static final List<PressureReason> REASONS =
            List.of(PressureReason.LOW_SPACE, PressureReason.FSYNC_FAILED, PressureReason.LOG_STALLED);
    private static final List<PressureLevel> CAUSES =
            List.of(PressureLevel.WARN, PressureLevel.SHED, PressureLevel.FAILED);

    private static long returns;

    private final VirtualLoop loop = new VirtualLoop();
    private final DirtyCounter dirty = new DirtyCounter(loop::nanoTime);
    private final List<PressureEvent> events = new ArrayList<>();
    private final List<PressureState> seenByWriter = new ArrayList<>();
    private final ArrayDeque<Promise<Void>> probes = new ArrayDeque<>();
    private final CheckpointPressure pressure = new CheckpointPressure(
            "",
            "test",
            3,
            dirty,
            loop,
            new CheckpointReports("test", 3, loop, new CheckpointListener() {
                @Override
                public void pressure(PressureEvent event) {
                    events.add(event);
                    seenByWriter.add(dirty.pressure());
                }
            }),
            this::probe);

    private Future<Void> probe(PressureReason reason) {
        Promise<Void> probe = Promise.promise();
        probes.add(probe);
        return probe.future();
    }

    private List<String> published() {
        return events.stream().map(each -> each.level() + " " + each.reason()).toList();
    }

    @Test
    void cause_raisedAndCleared_isPublishedOnceEachWay() {
        pressure.set(PressureReason.LOW_SPACE, PressureLevel.SHED, "full");
        pressure.set(PressureReason.LOW_SPACE, PressureLevel.SHED, "still full");
        assertThat(dirty.shedding()).isTrue();
        pressure.set(PressureReason.LOW_SPACE, PressureLevel.NORMAL, "enough space");
        loop.advanceMillis(4_999);
        assertThat(probes).isEmpty();
        loop.advanceMillis(1);
        assertThat(probes).hasSize(1);
        loop.advanceMillis(60_000);
        assertThat(dirty.shedding()).as("not before the probe has succeeded").isTrue();
        probes.remove().complete();
        loop.runReady();
        assertThat(dirty.shedding()).isFalse();
        assertThat(published()).containsExactly("SHED LOW_SPACE", "NORMAL LOW_SPACE");
        assertThat(events.get(1).detail()).isEqualTo("enough space");
    }

    @Test
    void probeFails_isRetriedAfterTheDwellTime() {
        pressure.set(PressureReason.FSYNC_FAILED, PressureLevel.SHED, "failed");
        pressure.set(PressureReason.FSYNC_FAILED, PressureLevel.NORMAL, "repaired");
        loop.advanceMillis(5_000);
        probes.remove().fail("Input/output error");
        loop.advanceMillis(4_999);
        assertThat(probes).isEmpty();
        loop.advanceMillis(1);
        probes.remove().complete();
        loop.runReady();
        assertThat(published()).containsExactly("SHED FSYNC_FAILED", "NORMAL FSYNC_FAILED");
    }

    @Test
    void secondReason_sameLevel_isRecordedButNotPublishedAgain() {
        pressure.set(PressureReason.LOW_SPACE, PressureLevel.SHED, "full");
        pressure.set(PressureReason.FSYNC_FAILED, PressureLevel.SHED, "failed");
        assertThat(published()).containsExactly("SHED LOW_SPACE");
        assertThat(dirty.pressure().worstReason()).contains(PressureReason.FSYNC_FAILED);
        pressure.set(PressureReason.FSYNC_FAILED, PressureLevel.FAILED, "can't be repaired");
        assertThat(published()).containsExactly("SHED LOW_SPACE", "FAILED FSYNC_FAILED");
        assertThat(events.get(1).reasons())
                .containsEntry(PressureReason.LOW_SPACE, PressureLevel.SHED)
                .containsEntry(PressureReason.FSYNC_FAILED, PressureLevel.FAILED);
    }

    @Test
    void stop_endsItsTimer() {
        pressure.set(PressureReason.LOW_SPACE, PressureLevel.SHED, "full");
        pressure.set(PressureReason.LOW_SPACE, PressureLevel.NORMAL, "enough space");
        pressure.stop();
        loop.advanceMillis(60_000);
        assertThat(probes).isEmpty();
    }

    /** The counter may belong to the next checkpointer of that shard by then. */
    @Test
    void stop_lateCalls_changeNothing() {
        pressure.set(PressureReason.LOW_SPACE, PressureLevel.SHED, "full");
        pressure.set(PressureReason.LOW_SPACE, PressureLevel.NORMAL, "enough space");
        loop.advanceMillis(5_000);
        Promise<Void> probe = probes.remove();
        pressure.stop();
        PressureState next = PressureState.NORMAL.raise(PressureReason.LOG_STALLED, PressureLevel.WARN, "slow", 0, 0);
        dirty.pressure(next);
        probe.complete();
        loop.runReady();
        pressure.set(PressureReason.APPEND_FAILED, PressureLevel.FAILED, "broken");
        pressure.reassessed(PressureReason.LOW_SPACE, PressureLevel.WARN, "less");
        assertThat(dirty.pressure()).isSameAs(next);
        assertThat(published()).containsExactly("SHED LOW_SPACE");
    }

    @Property(tries = 500)
    void randomSequence_writerAndEventsAgree(@ForAll long seed, @ForAll @IntRange(min = 1, max = 150) int steps) {
        new CheckpointPressureTest().live(new Random(seed), steps);
    }

    private void live(Random random, int steps) {
        for (int i = 0; i < steps; i++) {
            PressureReason reason = REASONS.get(random.nextInt(REASONS.size()));
            switch (random.nextInt(8)) {
                case 0 -> pressure.set(reason, CAUSES.get(random.nextInt(CAUSES.size())), "there");
                case 1, 2, 3 -> pressure.set(reason, PressureLevel.NORMAL, "gone");
                case 4, 5 -> loop.advanceMillis(random.nextInt(6_000));
                default -> {
                    Promise<Void> probe = probes.poll();
                    if (probe != null && random.nextInt(3) > 0) {
                        probe.complete();
                    } else if (probe != null) {
                        probe.fail("Input/output error");
                    }
                    loop.runReady();
                }
            }
            PressureLevel last = events.isEmpty()
                    ? PressureLevel.NORMAL
                    : events.get(events.size() - 1).level();
            assertThat(last)
                    .as("the level published last")
                    .isEqualTo(dirty.pressure().level());
            assertThat(dirty.shedding()).isEqualTo(last.sheds());
            assertThat(probes.size()).as("probes at one time").isLessThanOrEqualTo(1);
        }
        PressureLevel before = PressureLevel.NORMAL;
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).level()).as("consecutive levels").isNotEqualTo(before);
            before = events.get(i).level();
            assertThat(seenByWriter.get(i).level())
                    .as("what the writer saw when it was published")
                    .isEqualTo(before);
        }
        returns += events.stream()
                .filter(each -> each.level() == PressureLevel.NORMAL)
                .count();
    }

    @AfterProperty
    void returnsToNormal_wereSeen() {
        assertThat(returns).as("control: latches did open").isGreaterThan(100);
    }
}
