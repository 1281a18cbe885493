package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.checkpoint.CheckpointTarget.Capture;
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

/** Somebody else's store or listener that does what it must not: no permit is lost and nobody waits for ever. */
class StrangeStoreTest {

    @SuppressWarnings("TypeParameterUnusedInFormals") // it never returns
    private static <T> T fail(Throwable why) {
        if (why instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) why;
    }

    /** What is wrong with its files is told only when it is asked. */
    private record Hollow(long index, long bytes) implements Capture {
        @Override
        public int files() {
            throw new NullPointerException("no files yet");
        }
    }

    static Stream<Arguments> strangeCaptures() {
        return Stream.of(
                Arguments.of(
                        Named.<UnaryOperator<@Nullable Capture>>of("null", cut -> null),
                        "capture() returned null; expected"),
                Arguments.of(
                        Named.<UnaryOperator<@Nullable Capture>>of(
                                "RuntimeException", cut -> fail(new IllegalArgumentException("closed"))),
                        "capture() threw java.lang.IllegalArgumentException: closed"),
                Arguments.of(
                        Named.<UnaryOperator<@Nullable Capture>>of(
                                "Error", cut -> fail(new NoSuchMethodError("of another version"))),
                        "capture() threw java.lang.NoSuchMethodError: of another version"),
                Arguments.of(
                        Named.<UnaryOperator<@Nullable Capture>>of("hollow", cut -> new Hollow(1, 1)),
                        "index(), bytes() or files() of what capture() returned threw"));
    }

    @ParameterizedTest
    @MethodSource("strangeCaptures")
    void capture_strange_isAFailedGenerationThatForcedNothing(UnaryOperator<@Nullable Capture> strange, String why) {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.write();
        rig.store.captures = strange;
        Future<SyncResult> waits = rig.checkpointer.sync();
        rig.loop.settle();
        assertThat(waits.isComplete()).as("who waits is told").isTrue();
        assertThat(waits.cause())
                .hasMessageContaining("store test shard 3")
                .hasMessageContaining("nothing was forced")
                .hasMessageContaining(why);
        assertThat(rig.outcomes).singleElement().satisfies(outcome -> {
            assertThat(outcome.error()).contains(why);
            assertThat(outcome.failedStep()).as("of the disk").isNull();
        });
        assertThat(rig.starts).as("told as started and as ended").hasSize(1);
        assertThat(rig.store.calls).containsExactly("capture 1");
        assertThat(rig.permitsAreFree()).isTrue();
        assertThat(rig.dirty.dirty()).isTrue();
        assertThat(rig.dirty.inFlight()).isFalse();
        assertThat(rig.dirty.shedding()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("strangeCaptures")
    void stop_strangeCapture_failsAndNamesTheShard(UnaryOperator<@Nullable Capture> strange, String why) {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.write();
        rig.store.captures = strange;
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.settle();
        assertThat(stopped.isComplete()).isTrue();
        assertThat(stopped.cause()).hasMessageContaining("store test shard 3").hasMessageContaining(why);
        assertThat(rig.permitsAreFree()).isTrue();
    }

    @Test
    void capture_nullAtTheStart_isAFailedGenerationToo() {
        CheckpointerRig rig = new CheckpointerRig(new CheckpointOptions());
        rig.store.captures = cut -> null;
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
        rig.loop.settle();
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
        rig.loop.settle();
        assertThat(waits.succeeded()).as("a force that succeeded").isTrue();
        assertThat(rig.dirty.dirty()).isFalse();
        assertThat(rig.pressures).isEmpty();
        rig.write();
        rig.store.failForces = 1;
        Future<Void> stopped = rig.checkpointer.stop();
        rig.loop.settle();
        assertThat(stopped.isComplete()).isTrue();
        assertThat(stopped.cause()).hasMessageContaining("Input/output error");
        assertThat(rig.permitsAreFree()).isTrue();
    }

    @Test
    void listeners_oneThrowsAnError_theOthersHear() {
        CheckpointerRig hears = new CheckpointerRig(new CheckpointOptions());
        CheckpointListeners listeners = new CheckpointListeners(
                new CheckpointListener() {
                    @Override
                    public void started(String store, int shard, CheckpointTrigger trigger) {
                        fail(new LinkageError("a listener's"));
                    }
                },
                hears);
        listeners.started("test", 3, CheckpointTrigger.INTERVAL);
        assertThat(hears.starts).hasSize(1);
    }

    @Test
    void sync_handlerOfOneAnswerThrows_theOthersHear() {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.write();
        Future<SyncResult> first = rig.checkpointer.sync();
        first.onComplete(done -> fail(new LinkageError("a caller's")));
        Future<SyncResult> second = rig.checkpointer.sync();
        rig.loop.settle();
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
        rig.loop.settle();
        assertThat(rig.store.calls).containsExactly("drain", "capture 1", "force 1", "completed 1", "capture 1");
        assertThat(stopped.isComplete()).isTrue();
        assertThat(stopped.cause()).hasMessageContaining("store test shard 3").hasMessageContaining("drain() " + why);
    }

    @ParameterizedTest
    @MethodSource("strangeFutures")
    void probe_strange_isAskedAgainAndTheRestGoesOn(Supplier<@Nullable Future<Void>> strange, String why) {
        CheckpointerRig rig = CheckpointerRig.proven();
        rig.store.probes = strange;
        rig.checkpointer.press(PressureReason.LOW_SPACE, PressureLevel.SHED, "full");
        rig.checkpointer.press(PressureReason.LOW_SPACE, PressureLevel.NORMAL, "room again");
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
        assertThat(Answers.of("probe(LOW_SPACE)", () -> fail(new LinkageError("x")))
                        .cause())
                .hasMessage("probe(LOW_SPACE) threw java.lang.LinkageError: x");
    }
}
