package io.tidemark.reload;

import io.tidemark.checkpoint.CheckpointAddresses;
import io.tidemark.checkpoint.NodeIdentity;
import io.tidemark.reload.ReloadOutcome.Change;
import io.tidemark.reload.ReloadOutcome.Kind;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports what became of each configuration that was read: counts it, publishes it, notifies the listener, and logs it in
 * one line. A refusal, and changes that require a restart, are reported once, and their end once. Called on the context
 * of its {@link ConfigReload}; only {@link #count} from any thread.
 */
final class ReloadReport {
    private static final Logger LOG = LoggerFactory.getLogger(ReloadReport.class);

    private final Vertx vertx;
    private final String store;
    private final Consumer<ReloadOutcome> listener;
    private final Map<Kind, LongAdder> counts = new ConcurrentHashMap<>();
    private @Nullable String refusal;
    private Map<String, Change> needRestart = Map.of();
    private long lines;

    ReloadReport(Vertx vertx, String store, Consumer<ReloadOutcome> listener) {
        this.vertx = vertx;
        this.store = store;
        this.listener = listener;
    }

    /** The number of outcomes of this kind so far. Any thread. */
    long count(Kind kind) {
        LongAdder count = counts.get(kind);
        return count == null ? 0 : count.sum();
    }

    /** The number of lines logged so far. */
    long lines() {
        return lines;
    }

    /** A configuration was valid, and all of its sections were applied. */
    void accepted(ReloadPlan.Apply plan) {
        if (!plan.changed().isEmpty()) {
            ReloadOutcome outcome = report(Kind.ACCEPTED, plan.changed(), null);
            LOG.info("store {}: reloaded: {}", store, outcome.changes());
        } else if (refusal != null) {
            report(Kind.RESTORED, Map.of(), null);
            LOG.info("store {}: the configuration is valid again and equals the one in use", store);
        }
        refusal = null;
        if (!plan.needRestart().equals(needRestart)) {
            needRestart = plan.needRestart();
            ReloadOutcome outcome = report(Kind.NEEDS_RESTART, needRestart, null);
            if (needRestart.isEmpty()) {
                LOG.info("store {}: no configuration change requires a restart any more", store);
            } else {
                LOG.warn("store {}: not reloaded, requires a restart: {}", store, outcome.changes());
            }
        }
    }

    /** A configuration could not be read, is invalid, or could not be applied. */
    void refused(String why) {
        if (!Objects.equals(why, refusal)) {
            refusal = why;
            report(Kind.REJECTED, Map.of(), why);
            LOG.warn("store {}: configuration refused, nothing changed: {}", store, why);
        }
    }

    /**
     * A read that was requested has ended: logs what is in use, unless a line since then has said so.
     *
     * @param linesBefore {@link #lines} at the request
     */
    void requestedRead(long linesBefore) {
        if (lines != linesBefore) {
            return;
        }
        lines++;
        if (refusal != null) {
            LOG.warn("store {}: configuration read again, still refused, nothing changed: {}", store, refusal);
        } else if (!needRestart.isEmpty()) {
            LOG.info(
                    "store {}: configuration read again: nothing changed; still requires a restart: {}",
                    store,
                    String.join(", ", needRestart.keySet()));
        } else {
            LOG.info("store {}: configuration read again: nothing changed", store);
        }
    }

    /** Counts and publishes an outcome and notifies the listener; the caller logs it, in one line. */
    private ReloadOutcome report(Kind kind, Map<String, Change> changed, @Nullable String why) {
        lines++;
        ReloadOutcome outcome = new ReloadOutcome(store, kind, changed, why);
        counts.computeIfAbsent(kind, first -> new LongAdder()).increment();
        vertx.eventBus()
                .publish(
                        CheckpointAddresses.config(store),
                        NodeIdentity.of(vertx, store).addTo(outcome.toJson()));
        try {
            listener.accept(outcome);
        } catch (Throwable e) {
            LOG.warn("store {}: a reload listener threw at {}", store, kind, e);
        }
        return outcome;
    }
}
