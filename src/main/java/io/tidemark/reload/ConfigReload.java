package io.tidemark.reload;

import io.tidemark.checkpoint.CheckpointAddresses;
import io.tidemark.checkpoint.NodeIdentity;
import io.tidemark.reload.ReloadOutcome.Change;
import io.tidemark.reload.ReloadOutcome.Kind;
import io.vertx.config.ConfigRetriever;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts sections of a watched configuration into force while they change, until it is closed.
 *
 * <ul>
 *   <li>A reading counts once a second one, {@code debounceMs} later, is equal.
 *   <li>All sections are checked before one is put into force: a bad one changes nothing. Of a store in the format
 *       {@code yaml} what is written counts, not what YAML makes of it: {@code 1:00} is refused, not taken for 60.
 *   <li>Each outcome is logged once, counted once, and published once at {@link CheckpointAddresses#config}, however often
 *       the same is read again. A configuration that differs in nothing from what is in force says nothing.
 *   <li>A configuration that can't be read changes nothing; that it can be read again is told as well.
 *   <li>{@link #reloadNow} doesn't wait for the next look, and always logs what came of it.
 * </ul>
 *
 * <p>It takes the exception handler of the retriever's {@link ConfigRetriever#configStream}; what an own one would hear is
 * published instead. It reads by {@link ConfigRetriever#getConfig}, and a retriever does not tell other {@code listen}ers
 * of a change that was seen so first, which can happen to the second of two changes within {@code debounceMs}; the stream's
 * handler hears of all. Methods may be called from any thread.
 */
public final class ConfigReload {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigReload.class);

    /** Time between the two readings that must be equal, unless it is given. */
    public static final long DEFAULT_DEBOUNCE_MS = 500;

    /**
     * The longest that {@link #close} waits for a section that is being put into force, in milliseconds; the rest of a
     * node's shutdown must still fit into what its supervisor allows.
     */
    public static final long MAX_CLOSE_MS = 2_000;

    private final Vertx vertx;
    private final Context context;
    private final String store;
    private final List<ReloadableSection> sections;
    private final RetrieverEvents events;
    private final Consumer<Reading> hearer;
    private final Consumer<ReloadOutcome> listener;
    private final Debounce debounce;
    private final long maxCloseMs;
    private final Map<Kind, LongAdder> counts = new ConcurrentHashMap<>();
    private Future<Void> applying = Future.succeededFuture();
    private String underWay = "";
    private @Nullable Reading next;
    private final List<Promise<Void>> asked = new ArrayList<>();
    private @Nullable String refusal;
    private long linesLogged;
    private Map<String, Change> needRestart = Map.of();
    private boolean closed;
    private volatile boolean abandoned;

    private ConfigReload(
            Vertx vertx,
            ConfigRetriever retriever,
            String store,
            List<ReloadableSection> sections,
            long debounceMs,
            long maxCloseMs,
            Consumer<ReloadOutcome> listener) {
        this.listener = listener;
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
                this::stable);
        this.hearer = reading -> onLoop(() -> heard(reading));
        this.events = RetrieverEvents.of(retriever);
        events.add(hearer);
        JsonObject known = retriever.getCachedConfig();
        if (!known.isEmpty()) {
            hearer.accept(new Reading.Good(known));
        }
    }

    /**
     * Watches a retriever from now on; what it has read already counts as read once.
     *
     * @param retriever with a scan period, and without the default stores, which would merge the whole environment in; not
     *     closed by this: close it before its Vert.x, or a scan that begins in between is logged as an exception
     * @param store where outcomes are published
     * @param sections one or more
     * @param debounceMs time between the two readings that must be equal, from 1; longer than whoever writes the
     *     configuration in place may pause in the middle
     * @param listener hears of each outcome after it has been published; must return at once; whatever it throws is logged
     *     and changes nothing
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

    /** The same, with another longest wait of {@link #close}. */
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

    /** How many outcomes of a kind there have been. */
    public long count(Kind kind) {
        LongAdder count = counts.get(kind);
        return count == null ? 0 : count.sum();
    }

    /**
     * Reads the configuration now, not only when the retriever looks next, and logs what came of it also if that is nothing,
     * or has been logged before. A change counts once a second reading, {@code debounceMs} later, is equal, as ever. Calls
     * that come together share a reading that begins after them, and its line.
     *
     * @return completes when the outcome has been logged, and is in force if it was accepted; fails if this is closed before
     */
    public Future<Void> reloadNow() {
        Promise<Void> done = Promise.promise();
        boolean runs = onLoop(() -> {
            if (closed) {
                done.fail(closedAlready());
                return;
            }
            asked.add(done);
            long linesBefore = linesLogged;
            debounce.lookNow(() -> afterApplying(() -> {
                if (asked.remove(done)) {
                    logReadAgain(linesBefore);
                    done.complete();
                }
            }));
        });
        if (!runs) {
            done.fail(closedAlready());
        }
        return done.future();
    }

    /**
     * Watches no more.
     *
     * @return completes when no section is being put into force any more; fails after {@link #MAX_CLOSE_MS}, naming the
     *     section, if one still is: whether it gets into force is open then, but nothing is told of it any more. After
     *     Vert.x has been closed it completes at once, or fails so
     */
    public Future<Void> close() {
        events.remove(hearer);
        Promise<Void> done = Promise.promise();
        boolean runs = onLoop(() -> {
            closed = true;
            next = null;
            debounce.close();
            asked.forEach(waiting -> waiting.tryFail(closedAlready()));
            asked.clear();
            long timer = vertx.setTimer(maxCloseMs, late -> {
                abandoned = true;
                done.tryFail(stillApplying());
            });
            applying.otherwiseEmpty().onComplete(ended -> {
                vertx.cancelTimer(timer);
                done.tryComplete();
            });
        });
        if (!runs) { // then nobody else changes anything here
            abandoned = true;
            if (applying.isComplete()) {
                done.complete();
            } else {
                done.fail(stillApplying());
            }
        }
        return done.future();
    }

    /** Runs a task on the one context; false if Vert.x has been closed. */
    private boolean onLoop(Runnable task) {
        try {
            context.runOnContext(nothing -> task.run());
            return true;
        } catch (RejectedExecutionException vertxClosed) {
            LOG.debug("store {}: Vert.x has been closed", store, vertxClosed);
            return false;
        }
    }

    private IllegalStateException closedAlready() {
        return new IllegalStateException("store " + store + ": the reload of its configuration is closed");
    }

    private void afterApplying(Runnable task) {
        if (applying.isComplete()) {
            task.run();
        } else {
            applying.onComplete(done -> onLoop(() -> afterApplying(task)));
        }
    }

    private void logReadAgain(long linesBefore) {
        if (linesLogged != linesBefore) {
            return;
        }
        linesLogged++;
        if (refusal != null) {
            LOG.warn("store {}: configuration read again, refused as before, nothing has changed: {}", store, refusal);
        } else if (!needRestart.isEmpty()) {
            LOG.info(
                    "store {}: configuration read again: nothing changed; takes a restart, as before: {}",
                    store,
                    String.join(", ", needRestart.keySet()));
        } else {
            LOG.info("store {}: configuration read again: nothing changed", store);
        }
    }

    private TimeoutException stillApplying() {
        return new TimeoutException("store " + store + ": section `" + underWay
                + "` has not been put into force within " + maxCloseMs + " ms of the close");
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

    private void heard(Reading reading) {
        if (!closed) {
            debounce.heard(reading);
        }
    }

    /** One after another; of those that come while a section is being put into force, the last one counts. */
    private void stable(Reading reading) {
        if (!applying.isComplete()) {
            next = reading;
            return;
        }
        ReloadPlan plan = reading instanceof Reading.Good good
                ? ReloadPlan.of(good.config(), sections)
                : new ReloadPlan.Refuse(((Reading.Bad) reading).why());
        if (plan instanceof ReloadPlan.Apply apply) {
            carryOut(apply);
        } else {
            refused(((ReloadPlan.Refuse) plan).why());
        }
    }

    private void carryOut(ReloadPlan.Apply plan) {
        Future<Void> all = Future.succeededFuture();
        for (ReloadPlan.Step step : plan.steps()) {
            all = all.compose(done -> apply(step));
        }
        Promise<Void> told = Promise.promise();
        applying = told.future();
        all.onComplete(done -> onLoop(() -> {
            try {
                carriedOut(plan, done.cause());
            } finally {
                told.complete();
            }
            Reading waiting = next;
            next = null;
            if (waiting != null) {
                stable(waiting);
            }
        }));
    }

    private Future<Void> apply(ReloadPlan.Step step) {
        if (abandoned) {
            return Future.failedFuture("nothing more is put into force after the close");
        }
        underWay = step.section().key();
        Future<Void> applied;
        try {
            applied = step.section().apply(step.complete());
        } catch (Throwable e) {
            return Future.failedFuture(e);
        }
        return applied != null
                ? applied
                : Future.failedFuture("apply() of section `" + underWay + "` returned null; expected a future");
    }

    private void carriedOut(ReloadPlan.Apply plan, @Nullable Throwable failure) {
        if (abandoned) {
            LOG.info("store {}: section `{}` came back after the close", store, underWay);
        } else if (failure == null) {
            accepted(plan);
        } else {
            refused("could not be put into force: " + failure);
        }
    }

    private void accepted(ReloadPlan.Apply plan) {
        if (!plan.changed().isEmpty()) {
            ReloadOutcome outcome = tell(Kind.ACCEPTED, plan.changed(), null);
            LOG.info("store {}: reloaded: {}", store, outcome.changes());
        } else if (refusal != null) {
            tell(Kind.RESTORED, Map.of(), null);
            LOG.info("store {}: the configuration can be used again; it is what is in force", store);
        }
        refusal = null;
        if (!plan.needRestart().equals(needRestart)) {
            needRestart = plan.needRestart();
            ReloadOutcome outcome = tell(Kind.NEEDS_RESTART, needRestart, null);
            if (needRestart.isEmpty()) {
                LOG.info("store {}: no change of the configuration waits for a restart any more", store);
            } else {
                LOG.warn("store {}: not reloaded, takes a restart: {}", store, outcome.changes());
            }
        }
    }

    private void refused(String why) {
        if (!Objects.equals(why, refusal)) {
            refusal = why;
            tell(Kind.REJECTED, Map.of(), why);
            LOG.warn("store {}: configuration refused, nothing has changed: {}", store, why);
        }
    }

    /** Each outcome is logged by one line, by whoever calls this. */
    private ReloadOutcome tell(Kind kind, Map<String, Change> changed, @Nullable String why) {
        linesLogged++;
        ReloadOutcome outcome = new ReloadOutcome(store, kind, changed, why);
        counts.computeIfAbsent(kind, first -> new LongAdder()).increment();
        vertx.eventBus()
                .publish(
                        CheckpointAddresses.config(store),
                        NodeIdentity.of(vertx, store).addTo(outcome.toJson()));
        try {
            listener.accept(outcome);
        } catch (Throwable e) {
            LOG.warn("store {}: a listener of reloads failed at {}", store, kind, e);
        }
        return outcome;
    }
}
