package io.tidemark.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tidemark.checkpoint.Checkpointers;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The meters of a store. Several stores and nodes may share a registry: all meters carry {@code node}, the name in their
 * options or an empty string; gauges also carry {@code store} and {@code shard}; histograms and counters are shared by a
 * node's stores.
 *
 * <p>A registry has one binding for each node and store. A second one replaces the first, which is closed, and that is
 * logged: two of them would count everything twice, or show checkpointers that are closed.
 *
 * <pre>{@code
 * try (CheckpointMeters meters = CheckpointMeters.bind(registry, checkpointers)) { ... }
 * }</pre>
 *
 * <p>Names are Micrometer's, base units included, so that Prometheus shows {@code tidemark_checkpoint_duration_seconds},
 * {@code tidemark_dirty_bytes} and so on. No histogram has a label for the shard, and no label carries a file's name.
 *
 * <p>Any thread.
 *
 * @since 0.1
 */
public final class CheckpointMeters implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointMeters.class);

    private final MeterRegistry registry;
    private final Checkpointers checkpointers;
    private final Bindings.Key key;
    private final GenerationMeters listener;
    private final List<Meter> gauges = new ArrayList<>();

    private CheckpointMeters(MeterRegistry registry, Checkpointers checkpointers) {
        this.registry = registry;
        this.checkpointers = checkpointers;
        this.key = new Bindings.Key(checkpointers.options().getNode(), checkpointers.store());
        this.listener = new GenerationMeters(registry, key.node());
    }

    /**
     * Binds a store's checkpointers, which are counted from now on.
     *
     * @param registry where the meters are registered
     * @param checkpointers the store's checkpointers
     * @return the binding; close it to remove the meters
     */
    public static CheckpointMeters bind(MeterRegistry registry, Checkpointers checkpointers) {
        return bind(registry, checkpointers, ShardInsight.NONE);
    }

    /**
     * The same, with what their owner knows beyond them.
     *
     * @param registry where the meters are registered
     * @param checkpointers the store's checkpointers
     * @param insight what the owner knows
     * @return the binding; close it to remove the meters
     */
    public static CheckpointMeters bind(MeterRegistry registry, Checkpointers checkpointers, ShardInsight insight) {
        CheckpointMeters meters = new CheckpointMeters(registry, checkpointers);
        CheckpointMeters before = Bindings.replace(registry, meters.key, meters);
        if (before != null) {
            LOG.warn(
                    "store {}: its meters were bound to this registry already, as those of node `{}`; the earlier binding is"
                            + " closed. Close it before the next, and give each node of a process a checkpoint.node of its own",
                    meters.key.store(),
                    meters.key.node());
            before.end();
        }
        meters.register(insight);
        return meters;
    }

    private synchronized void register(ShardInsight insight) {
        for (int shard = 0; shard < checkpointers.shards(); shard++) {
            gauges.addAll(new ShardGauges(this, checkpointers, key, shard, insight).register(registry));
        }
        checkpointers.addListener(listener);
    }

    /** Removes the gauges of this binding and stops counting; counters keep their values. Idempotent. */
    @Override
    public void close() {
        Bindings.remove(registry, key, this);
        end();
    }

    private synchronized void end() {
        checkpointers.removeListener(listener);
        gauges.forEach(registry::remove);
        gauges.clear();
    }
}
