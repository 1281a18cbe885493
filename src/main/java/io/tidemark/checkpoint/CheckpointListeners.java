package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureEvent;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several listeners as one; more may be added at any time. What a listener throws is logged, once for each of its methods, and
 * the others are still notified.
 */
final class CheckpointListeners implements CheckpointListener {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointListeners.class);

    private record Registration(CheckpointListener listener, FirstFailures failures) {}

    private final List<Registration> all = new CopyOnWriteArrayList<>();

    CheckpointListeners(CheckpointListener... first) {
        for (CheckpointListener listener : first) {
            add(listener);
        }
    }

    void add(CheckpointListener listener) {
        all.add(new Registration(Objects.requireNonNull(listener, "listener"), new FirstFailures()));
    }

    /** Removes one registration of it, however often it was added. */
    void remove(CheckpointListener listener) {
        for (Registration each : all) {
            if (each.listener().equals(listener)) {
                all.remove(each);
                return;
            }
        }
    }

    private void each(String method, Consumer<CheckpointListener> call) {
        for (Registration each : all) {
            try {
                call.accept(each.listener());
            } catch (Throwable e) {
                if (each.failures().isFirst(method)) {
                    LOG.warn(
                            "{}() of the checkpoint listener {} failed; {}",
                            method,
                            each.listener().getClass().getName(),
                            FirstFailures.ONCE,
                            e);
                }
            }
        }
    }

    @Override
    public void started(String store, int shard, CheckpointTrigger trigger) {
        each("started", listener -> listener.started(store, shard, trigger));
    }

    @Override
    public void forced(String store, int shard, ForceStep step, long nanos, boolean ok) {
        each("forced", listener -> listener.forced(store, shard, step, nanos, ok));
    }

    @Override
    public void ended(CheckpointOutcome outcome) {
        each("ended", listener -> listener.ended(outcome));
    }

    @Override
    public void deferred(String store, int shard, String reason) {
        each("deferred", listener -> listener.deferred(store, shard, reason));
    }

    @Override
    public void stalled(String store, int shard) {
        each("stalled", listener -> listener.stalled(store, shard));
    }

    @Override
    public void overdue(String store, int shard) {
        each("overdue", listener -> listener.overdue(store, shard));
    }

    @Override
    public void synced(String store, int shard, long waitedNanos, boolean ok) {
        each("synced", listener -> listener.synced(store, shard, waitedNanos, ok));
    }

    @Override
    public void repaired(String store, int shard, long millis) {
        each("repaired", listener -> listener.repaired(store, shard, millis));
    }

    @Override
    public void repairFailed(String store, int shard, String why) {
        each("repairFailed", listener -> listener.repairFailed(store, shard, why));
    }

    @Override
    public void pressure(PressureEvent event) {
        each("pressure", listener -> listener.pressure(event));
    }

    @Override
    public void reloaded(String store, boolean accepted) {
        each("reloaded", listener -> listener.reloaded(store, accepted));
    }
}
