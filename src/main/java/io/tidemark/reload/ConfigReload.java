package io.tidemark.reload;

import io.tidemark.checkpoint.CheckpointAddresses;
import io.tidemark.reload.ReloadOutcome.Kind;
import io.vertx.config.ConfigRetriever;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the sections of a watched configuration as they change, until it is closed.
 *
 * <ul>
 *   <li>A result counts only when a second read, {@code debounceMs} later, is equal.
 *   <li>All sections are validated before any is applied: one invalid section changes nothing. For a store in the
 *       format {@code yaml} the text counts, not what YAML makes of it: {@code 1:00} is refused, not taken as 60.
 *   <li>Each outcome is logged once, counted once and published once at {@link CheckpointAddresses#config}, however
 *       often the same configuration is read. A configuration equal to the one in use is not reported.
 *   <li>An unreadable configuration changes nothing; that it can be read again is reported too.
 *   <li>{@link #reloadNow} reads at once instead of at the next scan, and always logs the outcome.
 * </ul>
 *
 * <p>This takes over the exception handler of the retriever's {@link ConfigRetriever#configStream}; what that handler
 * would receive is published instead. This reads by {@link ConfigRetriever#getConfig}. A retriever does not notify its
 * other {@code listen}ers of a change that was first seen this way, which can happen to the second of two changes
 * within {@code debounceMs}; the stream's handler receives all changes. Methods may be called from any thread.
 *
 * @since 0.1
 */
public final class ConfigReload {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigReload.class);

    /** Default time between the two reads that must be equal. */
    public static final long DEFAULT_DEBOUNCE_MS = 500;

    /**
     * Maximum time that {@link #close} waits for a section that is being applied, in milliseconds; the rest of a node's
     * shutdown must still fit into its supervisor's limit.
     */
    public static final long MAX_CLOSE_MS = 2_000;

    private final Vertx vertx;
    private final Context context;
    private final String store;
    private final List<ReloadableSection> sections;
    private final RetrieverEvents events;
    private final Consumer<ReadResult> observer;
    private final Debounce debounce;
    private final long maxCloseMs;
    private final ReloadReport report;
    private Future<Void> applying = Future.succeededFuture();
    private String applyingSection = "";
    private @Nullable ReadResult next;
    private final List<Promise<Void>> requests = new ArrayList<>();
    private boolean closed;
    private volatile boolean closeTimedOut;

    private ConfigReload(
            Vertx vertx,
            ConfigRetriever retriever,
            String store,
            List<ReloadableSection> sections,
            long debounceMs,
            long maxCloseMs,
            Consumer<ReloadOutcome> listener) {
        this.report = new ReloadReport(vertx, store, listener);
        this.maxCloseMs = maxCloseMs;
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.store = store;
        this.sections = List.copyOf(sections);
        YamlStores yaml = YamlStores.of(retriever);
        List<String> keys = sections.stream().map(ReloadableSection::key).toList();
        this.debounce = new Debounce(
                this::after,
                () -> onContext(
                        retriever.getConfig().compose(config -> yaml.check(keys).map(config))),
                this::watched,
                debounceMs,
                this::onStable);
        this.observer = result -> onLoop(() -> observe(result));
        this.events = RetrieverEvents.of(retriever);
        events.add(observer);
        JsonObject known = retriever.getCachedConfig();
        if (!known.isEmpty()) {
            observer.accept(new ReadResult.Success(known));
        }
    }

    /**
     * Watches a retriever from now on. What it has already read counts as the first of the two reads.
     *
     * @param vertx the Vert.x instance
     * @param retriever with a scan period, and without the default stores, which would merge in the whole environment;
     *     not closed by this: close it before its Vert.x, or a scan that begins in between is logged as an exception
     * @param store where outcomes are published
     * @param sections one or more
     * @param debounceMs time between the two reads that must be equal, at least 1; longer than a writer that rewrites
     *     the configuration in place may pause halfway
     * @param listener called with each outcome after it was published; must return at once; an exception it throws is
     *     logged and has no other effect
     * @return the binding; close it to end the watch
     */
    public static ConfigReload bind(
            Vertx vertx,
            ConfigRetriever retriever,
            String store,
            List<ReloadableSection> sections,
            long debounceMs,
            Consumer<ReloadOutcome> listener) {
        return bind(vertx, retriever, store, sections, debounceMs, MAX_CLOSE_MS, listener);
    }

    /** The same, with another limit for {@link #close}. */
    static ConfigReload bind(
            Vertx vertx,
            ConfigRetriever retriever,
            String store,
            List<ReloadableSection> sections,
            long debounceMs,
            long maxCloseMs,
            Consumer<ReloadOutcome> listener) {
        if (debounceMs < 1) {
            throw new IllegalArgumentException("debounceMs is " + debounceMs + ", expected 1 or more");
        }
        return new ConfigReload(vertx, retriever, store, sections, debounceMs, maxCloseMs, listener);
    }

    /**
     * {@return the number of outcomes of this kind so far}
     *
     * @param kind the kind of outcome
     */
    public long count(Kind kind) {
        return report.count(kind);
    }

    /**
     * Reads the configuration now instead of at the next scan, and always logs the outcome, even if nothing changed or
     * it was logged before. A change still counts only when a second read, {@code debounceMs} later, is equal.
     * Concurrent calls share one read that begins after all of them, and its log line.
     *
     * @return completes when the outcome has been logged, and applied if it was accepted; fails if this is closed first
     */
    public Future<Void> reloadNow() {
        Promise<Void> done = Promise.promise();
        boolean runs = onLoop(() -> {
            if (closed) {
                done.fail(closedException());
                return;
            }
            requests.add(done);
            long linesBefore = report.lines();
            debounce.readNow(() -> afterApplying(() -> {
                if (requests.remove(done)) {
                    report.requestedRead(linesBefore);
                    done.complete();
                }
            }));
        });
        if (!runs) {
            done.fail(closedException());
        }
        return done.future();
    }

    /**
     * Stops watching.
     *
     * @return completes when no section is being applied any more; fails after {@link #MAX_CLOSE_MS}, naming the
     *     section, if one still is: whether it takes effect is then unknown, and its outcome is not reported. After
     *     Vert.x was closed it completes or fails at once
     */
    public Future<Void> close() {
        events.remove(observer);
        Promise<Void> done = Promise.promise();
        boolean runs = onLoop(() -> {
            closed = true;
            next = null;
            debounce.close();
            requests.forEach(request -> request.tryFail(closedException()));
            requests.clear();
            long timer = vertx.setTimer(maxCloseMs, id -> {
                closeTimedOut = true;
                done.tryFail(closeTimeout());
            });
            applying.otherwiseEmpty().onComplete(ended -> {
                vertx.cancelTimer(timer);
                done.tryComplete();
            });
        });
        if (!runs) { // Vert.x is closed, so no other thread changes this state
            closeTimedOut = true;
            if (applying.isComplete()) {
                done.complete();
            } else {
                done.fail(closeTimeout());
            }
        }
        return done.future();
    }

    /** Runs a task on this context; false if Vert.x was closed. */
    private boolean onLoop(Runnable task) {
        try {
            context.runOnContext(nothing -> task.run());
            return true;
        } catch (RejectedExecutionException vertxClosed) {
            LOG.debug("store {}: Vert.x has been closed", store, vertxClosed);
            return false;
        }
    }

    private IllegalStateException closedException() {
        return new IllegalStateException("store " + store + ": the reload of its configuration is closed");
    }

    private void afterApplying(Runnable task) {
        if (applying.isComplete()) {
            task.run();
        } else {
            applying.onComplete(done -> onLoop(() -> afterApplying(task)));
        }
    }

    private TimeoutException closeTimeout() {
        return new TimeoutException("store " + store + ": section `" + applyingSection + "` was not applied within "
                + maxCloseMs + " ms of the close");
    }

    private Runnable after(long delayMillis, Runnable task) {
        long timer = vertx.setTimer(
                delayMillis,
                id -> onLoop(() -> {
                    if (!closed) {
                        task.run();
                    }
                }));
        return () -> vertx.cancelTimer(timer);
    }

    private Future<JsonObject> onContext(Future<JsonObject> reading) {
        Promise<JsonObject> promise = Promise.promise();
        reading.onComplete(done -> onLoop(() -> {
            if (!closed) {
                promise.handle(done);
            }
        }));
        return promise.future();
    }

    private Object watched(JsonObject config) {
        List<@Nullable Object> values = new ArrayList<>();
        sections.forEach(section -> values.add(config.getValue(section.key())));
        return values;
    }

    private void observe(ReadResult result) {
        if (!closed) {
            debounce.observe(result);
        }
    }

    /** Applies one configuration at a time; of those that arrive meanwhile only the last one is kept. */
    private void onStable(ReadResult result) {
        if (!applying.isComplete()) {
            next = result;
            return;
        }
        result.plan(sections).carryOut(this::apply, report::refused);
    }

    private void apply(ReloadPlan.Apply plan) {
        Future<Void> all = Future.succeededFuture();
        for (ReloadPlan.Step step : plan.steps()) {
            all = all.compose(done -> apply(step));
        }
        Promise<Void> reported = Promise.promise();
        applying = reported.future();
        all.onComplete(done -> onLoop(() -> {
            try {
                onApplied(plan, done.cause());
            } finally {
                reported.complete();
            }
            ReadResult waiting = next;
            next = null;
            if (waiting != null) {
                onStable(waiting);
            }
        }));
    }

    private Future<Void> apply(ReloadPlan.Step step) {
        if (closeTimedOut) {
            return Future.failedFuture("no section is applied after the close");
        }
        applyingSection = step.section().key();
        Future<Void> applied;
        try {
            applied = step.section().apply(step.complete());
        } catch (Throwable e) {
            return Future.failedFuture(e);
        }
        return applied != null
                ? applied
                : Future.failedFuture("apply() of section `" + applyingSection + "` returned null; expected a future");
    }

    private void onApplied(ReloadPlan.Apply plan, @Nullable Throwable failure) {
        if (closeTimedOut) {
            LOG.info("store {}: section `{}` completed after the close", store, applyingSection);
        } else if (failure == null) {
            report.accepted(plan);
        } else {
            report.refused("could not be applied: " + failure);
        }
    }
}
