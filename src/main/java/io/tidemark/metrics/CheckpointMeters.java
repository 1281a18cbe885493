package io.tidemark.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tidemark.checkpoint.Checkpointers;
import java.util.ArrayList;
import java.util.List;

/**
 * The meters of a store. Several stores may share a registry: their gauges carry {@code store} and {@code shard}, their
 * histograms and counters are common to all.
 *
 * <pre>{@code
 * try (CheckpointMeters meters = CheckpointMeters.bind(registry, checkpointers)) { ... }
 * }</pre>
 *
 * <p>Names are Micrometer's, base units included, so that Prometheus shows {@code tidemark_checkpoint_duration_seconds},
 * {@code tidemark_dirty_bytes} and so on. No histogram is told apart by shard, and no label carries a file's name.
 *
 * <p>Any thread.
 */
public final class CheckpointMeters implements AutoCloseable {
    private final MeterRegistry registry;
    private final Checkpointers checkpointers;
    private final GenerationMeters listener;
    private final List<Meter> gauges = new ArrayList<>();

    private CheckpointMeters(MeterRegistry registry, Checkpointers checkpointers, GenerationMeters listener) {
        this.registry = registry;
        this.checkpointers = checkpointers;
        this.listener = listener;
    }

    /** Binds a store's checkpointers; from now on, what they do is counted. */
    public static CheckpointMeters bind(MeterRegistry registry, Checkpointers checkpointers) {
        return bind(registry, checkpointers, ShardInsight.NONE);
    }

    /** The same, and what their owner knows beyond them. */
    public static CheckpointMeters bind(MeterRegistry registry, Checkpointers checkpointers, ShardInsight insight) {
        CheckpointMeters meters = new CheckpointMeters(registry, checkpointers, new GenerationMeters(registry));
        for (int shard = 0; shard < checkpointers.shards(); shard++) {
            meters.gauges.addAll(new ShardGauges(checkpointers, shard, insight).register(registry));
        }
        checkpointers.addListener(meters.listener);
        return meters;
    }

    /** Removes the store's gauges and counts no more; what has been counted stays. */
    @Override
    public void close() {
        checkpointers.removeListener(listener);
        gauges.forEach(registry::remove);
        gauges.clear();
    }
}
