package io.tidemark.pressure;

import static io.tidemark.pressure.PressureLevel.FAILED;
import static io.tidemark.pressure.PressureLevel.NORMAL;
import static io.tidemark.pressure.PressureLevel.SHED;
import static io.tidemark.pressure.PressureLevel.WARN;
import static io.tidemark.pressure.PressureReason.APPEND_FAILED;
import static io.tidemark.pressure.PressureReason.FSYNC_FAILED;
import static io.tidemark.pressure.PressureReason.FSYNC_STALLED;
import static io.tidemark.pressure.PressureReason.LOW_SPACE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The dwell time is 5,000. Times count from a start that is negative, as the monotonic clock's may be. */
class PressureStateTest {
    private static final List<PressureReason> REASONS = List.of(PressureReason.values());
    private static final List<PressureLevel> CAUSES = List.of(WARN, SHED, FAILED);

    private static long openings;

    private static final long DWELL = 5_000;
    private static final long START = Long.MIN_VALUE + 1_000_000;

    /** A state, and the script that leads to it. */
    private static final class Script {
        private PressureState state = PressureState.NORMAL;

        Script raise(long at, PressureReason reason, PressureLevel level) {
            state = state.raise(reason, level, reason + " is present", START + at, at);
            return this;
        }

        Script clear(long at, PressureReason reason) {
            state = state.clear(reason, reason + " is gone", START + at);
            return this;
        }

        /** A probe for the latch that is due, if one is. */
        Script probe(long from, long to, boolean succeeds) {
            var due = state.probeDue(START + from, DWELL);
            if (due.isPresent()) {
                state = state.probeStarted(due.get(), START + from).probeEnded(succeeds, START + to, DWELL);
            }
            return this;
        }

        Script probeStarted(long at, PressureReason reason) {
            state = state.probeStarted(reason, START + at);
            return this;
        }

        Script probeEnded(long at, boolean succeeded) {
            state = state.probeEnded(succeeded, START + at, DWELL);
            return this;
        }
    }

    private static Script script() {
        return new Script();
    }

    static Stream<Arguments> table() {
        return Stream.of(
                row("nothing", script(), NORMAL),
                row("a cause", script().raise(0, LOW_SPACE, SHED), SHED),
                row("the worst of two", script().raise(0, LOW_SPACE, SHED).raise(1, FSYNC_STALLED, WARN), SHED),
                row("a worse one", script().raise(0, FSYNC_STALLED, WARN).raise(1, FSYNC_STALLED, SHED), SHED),
                row("a milder one", script().raise(0, FSYNC_STALLED, SHED).raise(1, FSYNC_STALLED, WARN), SHED),
                row(
                        "a milder one that sheds",
                        script().raise(0, FSYNC_FAILED, FAILED).raise(1, FSYNC_FAILED, SHED),
                        SHED),
                row("present for ever", script().raise(0, LOW_SPACE, SHED).probe(1_000_000, 1_000_001, true), SHED),
                row("cleared, no probe", script().raise(0, LOW_SPACE, SHED).clear(1, LOW_SPACE), SHED),
                row(
                        "cleared, probed within the dwell time",
                        script().raise(0, LOW_SPACE, SHED).clear(1, LOW_SPACE).probe(5_000, 5_001, true),
                        SHED),
                row(
                        "cleared, probed after the dwell time",
                        script().raise(0, LOW_SPACE, SHED).clear(1, LOW_SPACE).probe(5_001, 5_002, true),
                        NORMAL),
                row(
                        "a probe begun too early does not count",
                        script().raise(0, LOW_SPACE, SHED)
                                .clear(1, LOW_SPACE)
                                .probeStarted(5_000, LOW_SPACE)
                                .probeEnded(9_000, true),
                        SHED),
                row(
                        "the probe failed",
                        script().raise(0, LOW_SPACE, SHED).clear(0, LOW_SPACE).probe(5_000, 5_001, false),
                        SHED),
                row(
                        "a failed probe, the next within the dwell time",
                        script().raise(0, LOW_SPACE, SHED)
                                .clear(0, LOW_SPACE)
                                .probe(5_000, 5_001, false)
                                .probe(10_000, 10_001, true),
                        SHED),
                row(
                        "a failed probe, the next after the dwell time",
                        script().raise(0, LOW_SPACE, SHED)
                                .clear(0, LOW_SPACE)
                                .probe(5_000, 5_001, false)
                                .probe(10_001, 10_002, true),
                        NORMAL),
                row(
                        "raised while the probe runs",
                        script().raise(0, LOW_SPACE, SHED)
                                .clear(0, LOW_SPACE)
                                .probeStarted(5_000, LOW_SPACE)
                                .raise(5_001, LOW_SPACE, SHED)
                                .probeEnded(5_002, true),
                        SHED),
                row(
                        "raised and cleared while the probe runs",
                        script().raise(0, LOW_SPACE, SHED)
                                .clear(0, LOW_SPACE)
                                .probeStarted(5_000, LOW_SPACE)
                                .raise(5_001, LOW_SPACE, SHED)
                                .clear(5_001, LOW_SPACE)
                                .probeEnded(20_000, true),
                        SHED),
                row(
                        "one of two is cleared",
                        script().raise(0, LOW_SPACE, SHED)
                                .raise(0, APPEND_FAILED, FAILED)
                                .clear(1, APPEND_FAILED)
                                .probe(6_000, 6_001, true),
                        SHED),
                row(
                        "both, one probe each",
                        script().raise(0, LOW_SPACE, SHED)
                                .raise(0, APPEND_FAILED, FAILED)
                                .clear(1, APPEND_FAILED)
                                .clear(1, LOW_SPACE)
                                .probe(6_000, 6_001, true)
                                .probe(6_001, 6_002, true),
                        NORMAL),
                row("cleared, never raised", script().clear(0, LOW_SPACE), NORMAL));
    }

    private static Arguments row(String name, Script script, PressureLevel expected) {
        return Arguments.of(name, script.state, expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("table")
    void level_afterScript(String name, PressureState state, PressureLevel expected) {
        assertThat(state.level()).isEqualTo(expected);
    }

    @Test
    void shedsOnlyFor_lowSpace_onlyWhileNothingElseSheds() {
        PressureState low = script().raise(0, LOW_SPACE, SHED).raise(1, FSYNC_STALLED, WARN).state;
        assertThat(low.shedsOnlyFor(LOW_SPACE)).isTrue();
        assertThat(script().raise(0, LOW_SPACE, SHED)
                        .raise(1, FSYNC_FAILED, SHED)
                        .state
                        .shedsOnlyFor(LOW_SPACE))
                .isFalse();
        assertThat(PressureState.NORMAL.shedsOnlyFor(LOW_SPACE)).isFalse();
    }

    @Test
    void worstReason_ofOneLevel_isNotLowSpaceElseTheOldest() {
        PressureState state =
                script().raise(0, LOW_SPACE, SHED).raise(7, FSYNC_STALLED, SHED).raise(8, APPEND_FAILED, SHED).state;
        assertThat(state.worstReason()).contains(FSYNC_STALLED);
        assertThat(state.sinceEpochMillis()).isEqualTo(7);
        assertThat(state.detail()).isEqualTo("FSYNC_STALLED is present");
        assertThat(state.reasons()).containsOnlyKeys(LOW_SPACE, FSYNC_STALLED, APPEND_FAILED);
    }

    @Test
    void nextProbe_isAfterTheDwellTimeAndNeverWhileOneRuns() {
        Script script = script().raise(0, LOW_SPACE, SHED);
        assertThat(script.state.nextProbeNanos(DWELL)).isEmpty();
        script.clear(100, LOW_SPACE);
        assertThat(script.state.nextProbeNanos(DWELL)).hasValue(START + 5_100);
        script.probeStarted(5_100, LOW_SPACE);
        assertThat(script.state.nextProbeNanos(DWELL)).isEmpty();
        assertThat(script.state.probeDue(START + 9_999, DWELL)).isEmpty();
    }

    /** Holds for every sequence of causes and probes; jqwik prints the seed of a failure. */
    @Property(tries = 2_000)
    void randomSequence_neverOpensTooSoonNorWithoutAProbe(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 200) int steps) {
        Random random = new Random(seed);
        Map<PressureReason, Long> lastSeen = new EnumMap<>(PressureReason.class);
        Map<PressureReason, Boolean> present = new EnumMap<>(PressureReason.class);
        PressureState state = PressureState.NORMAL;
        PressureReason probing = null;
        long began = 0;
        long now = START;
        for (int i = 0; i < steps; i++) {
            now += random.nextInt(4) == 0 ? DWELL : random.nextInt(1_500);
            PressureReason reason = REASONS.get(random.nextInt(REASONS.size()));
            PressureState before = state;
            PressureReason proven = null;
            switch (random.nextInt(5)) {
                case 0 -> {
                    PressureLevel cause = CAUSES.get(random.nextInt(CAUSES.size()));
                    state = state.raise(reason, cause, "", now, 0);
                    present.put(reason, true);
                    lastSeen.put(reason, now);
                    assertThat(state.reasons()).containsKey(reason);
                    assertThat(before.level().sheds() && !state.level().sheds())
                            .as("a cause ended the shedding")
                            .isFalse();
                }
                case 1 -> {
                    state = state.clear(reason, "", now);
                    if (Boolean.TRUE.equals(present.put(reason, false))) {
                        lastSeen.put(reason, now);
                    }
                }
                case 2, 3 -> {
                    var due = state.probeDue(now, DWELL);
                    if (due.isPresent()) {
                        assertThat(probing).as("one probe at a time").isNull();
                        probing = due.get();
                        began = now;
                        state = state.probeStarted(probing, now);
                    }
                }
                default -> {
                    boolean succeeded = random.nextInt(3) > 0;
                    proven = succeeded ? probing : null;
                    probing = null;
                    state = state.probeEnded(succeeded, now, DWELL);
                }
            }
            for (PressureReason each : before.reasons().keySet()) {
                if (!state.reasons().containsKey(each)) {
                    openings++;
                    assertThat(proven).as("the latch whose probe succeeded").isEqualTo(each);
                    assertThat(present).as("causes that are present").containsEntry(each, false);
                    assertThat(began - lastSeen.getOrDefault(each, Long.MAX_VALUE))
                            .as("time from %s to the start of its probe", each)
                            .isGreaterThanOrEqualTo(DWELL);
                }
            }
            assertThat(state.level())
                    .isEqualTo(state.reasons().values().stream()
                            .max(PressureLevel::compareTo)
                            .orElse(NORMAL));
        }
    }

    @AfterProperty
    void openings_wereSeen() {
        assertThat(openings).as("control: latches did open").isGreaterThan(100);
    }
}
