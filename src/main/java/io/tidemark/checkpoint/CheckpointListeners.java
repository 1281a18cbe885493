package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Several listeners as one, to which more may come at any time. What one throws is logged, and the others hear all the same. */
final class CheckpointListeners implements CheckpointListener {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointListeners.class);

    private final List<CheckpointListener> listeners;

    CheckpointListeners(CheckpointListener... first) {
        this.listeners = new CopyOnWriteArrayList<>(first);
    }

    void add(CheckpointListener listener) {
        listeners.add(listener);
    }

    void remove(CheckpointListener listener) {
        listeners.remove(listener);
    }

    private void each(Consumer<CheckpointListener> call) {
        for (CheckpointListener listener : listeners) {
            try {
                call.accept(listener);
            } catch (Throwable e) {
                LOG.warn("a listener of checkpoints failed", e);
            }
        }
    }

    @Override
    public void started(String store, int shard, CheckpointTrigger trigger) {
        each(listener -> listener.started(store, shard, trigger));
    }

    @Override
    public void forced(String store, int shard, ForceStep step, long nanos, boolean ok) {
        each(listener -> listener.forced(store, shard, step, nanos, ok));
    }

    @Override
    public void ended(CheckpointOutcome outcome) {
        each(listener -> listener.ended(outcome));
    }

    @Override
    public void deferred(String store, int shard, String reason) {
        each(listener -> listener.deferred(store, shard, reason));
    }

    @Override
    public void stalled(String store, int shard) {
        each(listener -> listener.stalled(store, shard));
    }

    @Override
    public void overdue(String store, int shard) {
        each(listener -> listener.overdue(store, shard));
    }

    @Override
    public void synced(String store, int shard, long waitedNanos, boolean ok) {
        each(listener -> listener.synced(store, shard, waitedNanos, ok));
    }

    @Override
    public void repaired(String store, int shard, long millis) {
        each(listener -> listener.repaired(store, shard, millis));
    }

    @Override
    public void repairFailed(String store, int shard, String why) {
        each(listener -> listener.repairFailed(store, shard, why));
    }

    @Override
    public void pressure(PressureEvent event) {
        each(listener -> listener.pressure(event));
    }

    @Override
    public void reloaded(String store, boolean accepted) {
        each(listener -> listener.reloaded(store, accepted));
    }
}
