package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.checkpoint.CheckpointTarget.Capture;
import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import io.vertx.core.Future;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A store or listener that breaks its contract: no permit is lost, and no request waits for ever. */
class StrangeStoreTest {

    @SuppressWarnings("TypeParameterUnusedInFormals") // it never returns
    private static <T> T fail(Throwable why) {
        if (why instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) why;
    }

    /** Throws only when its files are asked for. */
    private record Hollow(long index, long bytes) implements Capture {
        @Override
        public int files() {
            throw new NullPointerException("no files yet");
        }
    }

    static Stream<Arguments> strangeCaptures() {
        return Stream.of(
                Arguments.of(
                        Named.<UnaryOperator<@Nullable Capture>>of("null", position -> null),
                        "capture() returned null; expected"),
                Arguments.of(
                        Named.<UnaryOperator<@Nullable Capture>>of(
                                "RuntimeException", position -> fail(new IllegalArgumentException("closed"))),
                        "capture() threw java.lang.IllegalArgumentException: closed"),
                Arguments.of(
                        Named.<UnaryOperator<@Nullable Capture>>of(
                                "Error", position -> fail(new NoSuchMethodError("of another version"))),
                        "capture() threw java.lang.NoSuchMethodError: of another version"),
                Arguments.of(
                        Named.<UnaryOperator<@Nullable Capture>>of("hollow", position -> new Hollow(1, 1)),
                        "index(), bytes() or files() of what capture() returned threw"));
    }

    @ParameterizedTest
    @MethodSource("strangeCaptures")
    void capture_strangeOnce_isAFailedGenerationThatForcedNothingAndIsTriedAgain(
            UnaryOperator<@Nullable Capture> strange, String why) {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.write();
        rig.store.captures = strange;
        Future<SyncResult> waits = rig.checkpointer.sync();
        rig.loop.runReady();
        assertThat(waits.isComplete()).as("the waiter is answered").isTrue();
        assertThat(waits.cause())
                .hasMessageContaining("store test shard 3")
                .hasMessageContaining("nothing was forced")
                .hasMessageContaining(why);
        assertThat(rig.outcomes).singleElement().satisfies(outcome -> {
            assertThat(outcome.error()).contains(why);
            assertThat(outcome.failedStep()).as("of the disk").isNull();
        });
        assertThat(rig.starts).as("reported as started and as ended").hasSize(1);
        assertThat(rig.store.calls).containsExactly("capture 1");
        assertThat(rig.permitsAreFree()).isTrue();
        assertThat(rig.dirty.dirty()).isTrue();
        assertThat(rig.dirty.inFlight()).isFalse();
        assertThat(rig.dirty.shedding())
                .as("nothing was forced, so nothing was lost")
                .isFalse();
        rig.store.captures = position -> position;
        rig.loop.advanceMillis(10_000);
        assertThat(rig.dirty.durableIndex()).isEqualTo(1);
        assertThat(rig.dirty.dirty()).isFalse();
    }

    @Test
    void capture_throwsFromThenOn_isLoggedOnceTriedEverMoreSeldomAndShedsPastMaxDelay() {
        CheckpointerRig rig = CheckpointerRig.proven(new CheckpointOptions().setMaxDelayMs(60_000));
        rig.write();
        rig.store.captures = position -> fail(new IllegalStateException("closed"));
        try (LogLines log = new LogLines()) {
            rig.loop.advanceMillis(59_000);
            assertThat(rig.dirty.shedding()).isFalse();
            assertThat(rig.pressures).extracting(PressureEvent::level).containsExactly(PressureLevel.WARN);
            rig.loop.advanceMillis(600_000);
            assertThat(rig.dirty.shedding()).as("older than max_delay_ms").isTrue();
            assertThat(log.with("No force has failed")).hasSize(1);
            assertThat(rig.outcomes).as("tries in eleven minutes").hasSizeLessThan(150);
            rig.store.captures = position -> position;
            rig.loop.advanceMillis(10_000);
            assertThat(rig.dirty.durableIndex()).isEqualTo(1);
            rig.loop.advanceMillis(5_000);
            assertThat(rig.dirty.shedding()).as("after the dwell time").isFalse();
        }
    }

    @Test
    void capture_throwsWhileAskedOverAndOver_isTriedOnceASecond() {
        CheckpointerRig rig = CheckpointerRig.proven(new CheckpointOptions().setIntervalMs(3_600_000));
        rig.write();
        rig.store.captures = position -> fail(new IllegalStateException("closed"));
        for (int i = 0; i < 100; i++) {
            rig.checkpointer.sync();
            rig.loop.advanceMillis(100);
        }
        assertThat(rig.outcomes).as("tries in ten seconds").hasSizeBetween(9, 11);
        assertThat(rig.checkpointer.waiters()).isLessThan(10);
    }

    @Test
    void start_captureThrewOnce_forgetsThePredecessorsMarksLater() {
        CheckpointerRig rig = new CheckpointerRig(new CheckpointOptions());
        rig.dirty.mark(100, 100); // an earlier store of that name had applied more
        rig.store.captures = position -> null;
        rig.started();
        rig.store.captures = position -> position;
        Future<SyncResult> answer = rig.checkpointer.sync();
        rig.loop.runReady();
        assertThat(answer.succeeded()).isTrue();
        assertThat(rig.dirty.dirty()).isFalse();
    }

    @Test
    void sync_captureBehindItsMarks_failsIsForcedOnceAndSaysWhatToDo() {
        CheckpointerRig rig = CheckpointerRig.proven(new CheckpointOptions().setMaxDelayMs(1_000));
        rig.write();
        rig.dirty.mark(9, 100);
        try (LogLines log = new LogLines()) {
            Future<SyncResult> answer = rig.checkpointer.sync();
            rig.loop.runReady();
            assertThat(answer.cause())
                    .hasMessageContaining("store test shard 3: index 9 was marked, but capture() shows")
                    .hasMessageContaining("only index 1 as applied");
            assertThat(rig.store.durable()).as("what it shows is forced").isEqualTo(1);
            for (int i = 0; i < 100; i++) {
                rig.loop.advanceMillis(6_000);
                assertThat(rig.checkpointer.sync().cause()).hasMessageContaining("index 9 was marked");
            }
            assertThat(rig.outcomes).as("generations in ten minutes").hasSize(1);
            assertThat(log.with("index 9 was marked")).hasSize(1);
        }
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.runReady();
        assertThat(stopped.cause()).hasMessageContaining("index 9 was marked");
        assertThat(rig.outcomes).hasSize(1);
    }

    @Test
    void captureBehindItsMarks_writesGoOn_areForcedAndCatchingUpHealsIt() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.dirty.mark(3, 100);
        rig.loop.advanceMillis(10_000);
        rig.store.writeUnmarked(100);
        rig.dirty.mark(3, 100);
        rig.loop.advanceMillis(10_000);
        assertThat(rig.store.durable()).as("what was written since").isEqualTo(1);
        rig.store.writeUnmarked(100);
        rig.store.writeUnmarked(100);
        Future<SyncResult> answer = rig.checkpointer.sync();
        rig.loop.runReady();
        assertThat(answer.result().durableIndex()).isEqualTo(3);
        assertThat(rig.dirty.dirty()).isFalse();
    }

    @Test
    void force_postponed_isNoFailedForceAndIsTriedAgainWithoutARepair() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.postponeForces = 2;
        rig.write();
        Future<SyncResult> answer = rig.checkpointer.sync();
        rig.loop.runReady();
        assertThat(answer.cause()).isInstanceOfSatisfying(SyncException.class, why -> assertThat(why.failure())
                .isEqualTo(SyncFailure.UNAVAILABLE));
        assertThat(answer.cause())
                .hasMessageContaining("store test shard 3: not durable yet up to index 1: POSITION.new");
        assertThat(rig.outcomes).singleElement().satisfies(outcome -> {
            assertThat(outcome.failedStep()).as("of the disk").isNull();
            assertThat(outcome.succeeded()).isFalse();
        });
        assertThat(rig.dirty.shedding()).isFalse();
        assertThat(rig.dirty.dirty()).isTrue();
        rig.loop.advanceMillis(10_000);
        assertThat(rig.store.calls)
                .startsWith("capture 1", "force 1", "capture 1", "force 1", "capture 1", "force 1", "completed 1")
                .filteredOn(call -> call.startsWith("force") || call.startsWith("repair"))
                .hasSize(3);
        assertThat(rig.dirty.durableIndex()).isEqualTo(1);
        assertThat(rig.permitsAreFree()).isTrue();
    }

    @Test
    void stop_forcePostponedOnce_endsDurable() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.postponeForces = 1;
        rig.write();
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.runReady();
        assertThat(stopped.isComplete()).as("what hindered it may pass").isFalse();
        rig.loop.advanceMillis(1_000);
        assertThat(stopped.succeeded()).isTrue();
        assertThat(rig.store.durable()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("strangeCaptures")
    void stop_strangeCapture_failsAndNamesTheShard(UnaryOperator<@Nullable Capture> strange, String why) {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.write();
        rig.store.captures = strange;
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.advanceMillis(1_000);
        assertThat(stopped.isComplete()).isTrue();
        assertThat(stopped.cause()).hasMessageContaining("store test shard 3").hasMessageContaining(why);
        assertThat(rig.permitsAreFree()).isTrue();
    }

    @Test
    void capture_nullAtTheStart_isAFailedGenerationToo() {
        CheckpointerRig rig = new CheckpointerRig(new CheckpointOptions());
        rig.store.captures = position -> null;
        rig.started();
        rig.loop.advanceMillis(10_000);
        assertThat(rig.outcomes).singleElement().satisfies(outcome -> assertThat(outcome.error())
                .contains("capture() returned null"));
        assertThat(rig.permitsAreFree()).isTrue();
    }

    @Test
    void force_throwsAnError_isAFailedGeneration() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.write();
        rig.store.duringForce = () -> fail(new InternalError("Map failed"));
        Future<SyncResult> waits = rig.checkpointer.sync();
        rig.loop.runReady();
        assertThat(waits.cause()).hasMessageContaining("Map failed");
        assertThat(rig.outcomes).hasSameSizeAs(rig.starts);
        assertThat(rig.permitsAreFree()).isTrue();
    }

    @Test
    void repair_throwsAnError_isTriedAgain() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.repairable = true;
        rig.store.failForces = 1;
        rig.store.duringRepair = () -> fail(new StackOverflowError());
        rig.write();
        rig.loop.advanceMillis(10_000);
        assertThat(rig.repairs).hasSize(1);
        assertThat(rig.permitsAreFree()).isTrue();
        rig.store.duringRepair = () -> {};
        rig.loop.advanceMillis(10_000);
        assertThat(rig.dirty.durableIndex()).isEqualTo(1);
    }

    @Test
    void listener_throwsErrors_changesNothing() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.whenTold = () -> fail(new NoClassDefFoundError("a listener's"));
        rig.write();
        Future<SyncResult> waits = rig.checkpointer.sync();
        rig.loop.runReady();
        assertThat(waits.succeeded()).as("a force that succeeded").isTrue();
        assertThat(rig.dirty.dirty()).isFalse();
        assertThat(rig.pressures).isEmpty();
        rig.write();
        rig.store.failForces = 1;
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.runReady();
        assertThat(stopped.isComplete()).isTrue();
        assertThat(stopped.cause()).hasMessageContaining("Input/output error");
        assertThat(rig.permitsAreFree()).isTrue();
    }

    @Test
    void listeners_oneThrowsAnError_theOthersHear() {
        CheckpointerRig listening = new CheckpointerRig(new CheckpointOptions());
        CheckpointListeners listeners = new CheckpointListeners(
                new CheckpointListener() {
                    @Override
                    public void started(String store, int shard, CheckpointTrigger trigger) {
                        fail(new LinkageError("a listener's"));
                    }
                },
                listening);
        listeners.started("test", 3, CheckpointTrigger.INTERVAL);
        assertThat(listening.starts).hasSize(1);
    }

    @Test
    void listener_throwsAtEachCall_isLoggedOnceForEachOfItsMethods() {
        CheckpointListener bad = new CheckpointListener() {
            @Override
            public void started(String store, int shard, CheckpointTrigger trigger) {
                fail(new LinkageError("a listener's"));
            }

            @Override
            public void stalled(String store, int shard) {
                fail(new LinkageError("a listener's"));
            }
        };
        CheckpointListeners listeners = new CheckpointListeners(bad);
        try (LogLines log = new LogLines()) {
            for (int i = 0; i < 1_000; i++) {
                listeners.started("test", 3, CheckpointTrigger.INTERVAL);
                listeners.stalled("test", 3);
            }
            assertThat(log.with("checkpoint listener")).hasSize(2);
            assertThat(log.with("checkpoint listener"))
                    .anyMatch(line -> line.startsWith("WARN started() of the checkpoint listener "
                            + bad.getClass().getName() + " failed"));
            assertThat(log.traces("checkpoint listener")).isEqualTo(2);
        }
    }

    @Test
    void completed_throwsAtEachGeneration_isLoggedOnceAndChangesNothing() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.whenCompleted = () -> fail(new IllegalStateException("the log's"));
        try (LogLines log = new LogLines()) {
            for (int i = 0; i < 10; i++) {
                rig.write();
                rig.loop.advanceMillis(10_000);
            }
            assertThat(log.with("completed() of the store failed")).hasSize(1);
            assertThat(log.traces("completed() of the store failed")).isEqualTo(1);
        }
        assertThat(rig.dirty.durableIndex()).isEqualTo(10);
    }

    @Test
    void sync_handlerOfOneAnswerThrows_theOthersHear() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.write();
        Future<SyncResult> first = rig.checkpointer.sync();
        first.onComplete(done -> fail(new LinkageError("a caller's")));
        Future<SyncResult> second = rig.checkpointer.sync();
        rig.loop.runReady();
        assertThat(second.succeeded()).isTrue();
    }

    static Stream<Arguments> strangeFutures() {
        return Stream.of(
                Arguments.of(Named.<Supplier<@Nullable Future<Void>>>of("null", () -> null), "returned null"),
                Arguments.of(
                        Named.<Supplier<@Nullable Future<Void>>>of(
                                "Error", () -> fail(new NoSuchMethodError("of another version"))),
                        "threw java.lang.NoSuchMethodError: of another version"));
    }

    @ParameterizedTest
    @MethodSource("strangeFutures")
    void drain_strange_theLastGenerationRunsAndTheStopFails(Supplier<@Nullable Future<Void>> strange, String why) {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.write();
        rig.store.drains = strange;
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.runReady();
        assertThat(rig.store.calls).containsExactly("drain", "capture 1", "force 1", "completed 1", "capture 1");
        assertThat(stopped.isComplete()).isTrue();
        assertThat(stopped.cause()).hasMessageContaining("store test shard 3").hasMessageContaining("drain() " + why);
    }

    @ParameterizedTest
    @MethodSource("strangeFutures")
    void probe_strange_isAskedAgainAndTheRestGoesOn(Supplier<@Nullable Future<Void>> strange, String why) {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.probes = strange;
        rig.checkpointer.reportPressure(PressureReason.LOW_SPACE, PressureLevel.SHED, "full");
        rig.checkpointer.reportPressure(PressureReason.LOW_SPACE, PressureLevel.NORMAL, "room again");
        rig.write();
        rig.loop.advanceMillis(10_000);
        assertThat(rig.dirty.durableIndex()).as("generations go on").isEqualTo(1);
        assertThat(rig.dirty.shedding()).as("nothing has been proven").isTrue();
        rig.store.probes = Future::succeededFuture;
        rig.loop.advanceMillis(5_000);
        assertThat(rig.dirty.shedding()).isFalse();
        assertThat(rig.store.calls).filteredOn("probe LOW_SPACE"::equals).hasSizeGreaterThan(1);
    }

    @Test
    void answers_ofAStrangeMethod_nameIt() {
        assertThat(TargetCalls.of("probe(LOW_SPACE)", () -> fail(new LinkageError("x")))
                        .cause())
                .hasMessage("probe(LOW_SPACE) threw java.lang.LinkageError: x");
    }
}
