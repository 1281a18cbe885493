package io.tidemark.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.pressure.PressureOptions;
import io.tidemark.reload.ReloadOutcome.Change;
import io.tidemark.reload.ReloadOutcome.Kind;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is done with a configuration that was read, what of a failure is reported, and how. */
class ReloadPlanTest {
    private final List<PressureOptions> applied = new ArrayList<>();
    private final PressureOptions inUse =
            new PressureOptions().setShedFreeBytes(10).setDwellMs(100);
    private final ReloadableSection pressure = PressureReload.section("pressure", () -> inUse, fresh -> {
        applied.add(fresh);
        return Future.succeededFuture();
    });

    private ReloadPlan plan(Object section) {
        return ReloadPlan.of(new JsonObject().put("pressure", section), List.of(pressure));
    }

    @Test
    void pressure_changed_isAppliedWithEveryKey() {
        ReloadPlan.Apply plan =
                (ReloadPlan.Apply) plan(new JsonObject().put("dwell_ms", 200).put("ballast_bytes", 5));
        assertThat(plan.changed())
                .isEqualTo(Map.of(
                        "pressure.dwell_ms", new Change("100", "200"),
                        "pressure.ballast_bytes", new Change("(none)", "5"),
                        "pressure.shed_free_bytes", new Change("10", "(none)")));
        assertThat(plan.needRestart()).isEmpty();
        ReloadPlan.Step step = plan.steps().get(0);
        assertThat(step.section().key()).isEqualTo("pressure");
        assertThat(step.section().apply(step.complete()).succeeded()).isTrue();
        assertThat(applied)
                .singleElement()
                .extracting(PressureOptions::toJson)
                .isEqualTo(new JsonObject().put("dwell_ms", 200L).put("ballast_bytes", 5L));
    }

    @Test
    void pressure_unchanged_isNotApplied() {
        ReloadPlan.Apply plan =
                (ReloadPlan.Apply) plan(new JsonObject().put("dwell_ms", 100).put("shed_free_bytes", "10"));
        assertThat(plan.steps()).isEmpty();
        assertThat(plan.changed()).isEmpty();
    }

    @Test
    void section_missingOrNoSection_isRefused() {
        assertThat(ReloadPlan.of(new JsonObject(), List.of(pressure)))
                .isEqualTo(new ReloadPlan.Refuse(
                        "section `pressure` is missing; an empty one, `pressure: {}`, means the defaults"));
        assertThat(plan(7))
                .isEqualTo(new ReloadPlan.Refuse(
                        "`pressure` is the whole number 7, expected a section with keys of its own"));
        assertThat(((ReloadPlan.Refuse) plan(new JsonObject().put("dwell_ms", 1))).why())
                .startsWith("pressure.dwell_ms is 1, expected");
    }

    @Test
    void section_refusesWithoutAMessage_isRefusedByTheExceptionsName() {
        ReloadableSection silent = new ReloadableSection() {
            @Override
            public String key() {
                return "silent";
            }

            @Override
            public JsonObject current() {
                return new JsonObject();
            }

            @Override
            public JsonObject validate(JsonObject given) {
                throw new IllegalStateException();
            }

            @Override
            public Future<Void> apply(JsonObject complete) {
                return Future.succeededFuture();
            }
        };
        assertThat(ReloadPlan.of(new JsonObject().put("silent", new JsonObject()), List.of(silent)))
                .isEqualTo(new ReloadPlan.Refuse("java.lang.IllegalStateException"));
    }

    @Test
    void failure_ofARead_isOneLineWithItsCauses() {
        Throwable failure =
                new IllegalStateException("can't read\n  app.yaml", new IOException("gone", new EOFException()));
        assertThat(ReadResult.Failure.of(failure).why())
                .isEqualTo("can't read; app.yaml; IOException: gone; EOFException");
        assertThat(ReadResult.Failure.of(new IllegalStateException(" ")).why()).isEqualTo("IllegalStateException");
        assertThat(ReadResult.Failure.of(new NullPointerException("of the parser"))
                        .why())
                .isEqualTo("it is empty, or has only comments");
    }

    @Test
    void failure_withManyCauses_namesEight() {
        Throwable failure = new IllegalStateException("cause 0");
        for (int depth = 1; depth < 20; depth++) {
            failure = new IllegalStateException("cause " + depth, failure);
        }
        assertThat(ReadResult.Failure.of(failure).why().split("; ", -1)).hasSize(8);
    }

    @Test
    void outcome_json_hasWhyOnlyIfItWasRejected() {
        ReloadOutcome accepted = new ReloadOutcome("orders", Kind.ACCEPTED, Map.of("a.n", new Change("1", "2")), null);
        assertThat(accepted.toJson())
                .isEqualTo(new JsonObject()
                        .put("store", "orders")
                        .put("outcome", "accepted")
                        .put(
                                "changed",
                                new JsonObject()
                                        .put(
                                                "a.n",
                                                new JsonObject()
                                                        .put("from", "1")
                                                        .put("to", "2"))));
        assertThat(accepted.changes()).isEqualTo("a.n 1 -> 2");
        assertThat(new ReloadOutcome("orders", Kind.REJECTED, Map.of(), "bad")
                        .toJson()
                        .getString("why"))
                .isEqualTo("bad");
    }
}
