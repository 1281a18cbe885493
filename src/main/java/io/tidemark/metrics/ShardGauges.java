package io.tidemark.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.tidemark.checkpoint.CheckpointStatus;
import io.tidemark.checkpoint.CheckpointTarget;
import io.tidemark.checkpoint.Checkpointers;
import io.tidemark.pressure.PressureLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One shard's gauges, each evaluated at every scrape.
 *
 * @param owner is kept alive as long as the gauges are
 * @param key the node and store they belong to
 */
record ShardGauges(
        CheckpointMeters owner, Checkpointers checkpointers, Bindings.Key key, int shard, ShardInsight insight) {

    List<Meter> register(MeterRegistry registry) {
        List<Meter> gauges = new ArrayList<>();
        add(
                gauges,
                registry,
                "tidemark.checkpoint.in.flight.seconds",
                "seconds",
                "How long the current generation has been running, 0 if none is",
                status -> status.inFlightMillis() / 1e3);
        add(
                gauges,
                registry,
                "tidemark.dirty.bytes",
                "bytes",
                "Bytes appended and not known to be durable",
                CheckpointStatus::dirtyBytes);
        if (checkpointers.status(shard).dirtyFiles() != CheckpointTarget.UNKNOWN) {
            add(
                    gauges,
                    registry,
                    "tidemark.dirty.files",
                    "files",
                    "Files with such bytes",
                    CheckpointStatus::dirtyFiles);
        }
        add(
                gauges,
                registry,
                "tidemark.dirty.age.seconds",
                "seconds",
                "Age of the oldest such byte",
                status -> status.dirtyAgeMillis() / 1e3);
        add(
                gauges,
                registry,
                "tidemark.applied.index",
                null,
                "Last log index applied to the data files",
                CheckpointStatus::appliedIndex);
        add(
                gauges,
                registry,
                "tidemark.durable.index",
                null,
                "Last log index that is on disk with all before it",
                CheckpointStatus::durableIndex);
        add(
                gauges,
                registry,
                "tidemark.replay.estimate.seconds",
                "seconds",
                "How long a restart would replay this shard's log",
                insight::replaySeconds);
        add(
                gauges,
                registry,
                "tidemark.pressure.level",
                null,
                "0 normal, 1 warn, 2 writes are shed, 3 failed",
                status -> number(status.level()));
        return gauges;
    }

    private static int number(PressureLevel level) {
        return switch (level) {
            case NORMAL -> 0;
            case WARN -> 1;
            case SHED -> 2;
            case FAILED -> 3;
        };
    }

    private void add(
            List<Meter> gauges,
            MeterRegistry registry,
            String name,
            @Nullable String unit,
            String description,
            ToDoubleFunction<CheckpointStatus> figure) {
        gauges.add(Gauge.builder(name, this, each -> figure.applyAsDouble(each.now()))
                .baseUnit(unit)
                .description(description)
                .tags(Tags.of("node", key.node(), "store", key.store(), "shard", Integer.toString(shard)))
                .strongReference(true)
                .register(registry));
    }

    private CheckpointStatus now() {
        return insight.refine(checkpointers.status(shard));
    }
}
