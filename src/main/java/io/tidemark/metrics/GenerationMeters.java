package io.tidemark.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.tidemark.checkpoint.CheckpointListener;
import io.tidemark.checkpoint.CheckpointOutcome;
import io.tidemark.checkpoint.CheckpointTrigger;
import io.tidemark.checkpoint.ForceStep;
import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureReason;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Counts and times checkpoint events. Counters of events that should never happen are registered from the start, at 0,
 * so that an alert sees the first one.
 */
final class GenerationMeters implements CheckpointListener {
    private static final Duration[] BUCKETS = LatencyBuckets.durations();

    private final MeterRegistry registry;
    private final Tags node;
    private final Map<ForceStep, Timer> forces = new EnumMap<>(ForceStep.class);
    private final Timer queue;
    private final Timer syncWait;
    private final Counter bytes;
    private final Counter stalls;
    private final Counter overdue;

    GenerationMeters(MeterRegistry registry, String node) {
        this.registry = registry;
        this.node = Tags.of("node", node);
        queue = timer("tidemark.checkpoint.queue", "From a generation's decision to its start");
        syncWait = timer("tidemark.sync.wait", "From a sync request to its reply");
        bytes = counter("tidemark.checkpoint.bytes", "Bytes made durable by generations", "bytes");
        stalls = counter("tidemark.fsync.stalls", "Forces still running after stall_warn_ms", null);
        overdue = counter(
                "tidemark.checkpoints.overdue",
                "Checkpoints and repairs that waited for a permit for stall_warn_ms past their deadline",
                null);
        for (ForceStep step : ForceStep.values()) {
            failures(step);
            forces.put(step, timer("tidemark.fsync.duration", "Duration of one force", "op", step.label()));
        }
        for (PressureReason reason : PressureReason.values()) {
            transitions(reason);
        }
        for (CheckpointTrigger trigger : CheckpointTrigger.values()) {
            generations(trigger, "ok");
            generations(trigger, "failed");
        }
        deferrals("still_written");
        repairs("ok");
        repairs("failed");
        reloads(true);
        reloads(false);
    }

    @Override
    public void forced(String store, int shard, ForceStep step, long nanos, boolean ok) {
        Objects.requireNonNull(forces.get(step)).record(Duration.ofNanos(nanos));
        if (!ok) {
            failures(step).increment();
        }
    }

    @Override
    public void ended(CheckpointOutcome outcome) {
        generations(outcome.trigger(), outcome.label()).increment();
        timer(
                        "tidemark.checkpoint.duration",
                        "From a generation's start to its end",
                        "trigger",
                        outcome.trigger().label(),
                        "outcome",
                        outcome.label())
                .record(Duration.ofNanos(outcome.forceNanos()));
        queue.record(Duration.ofNanos(outcome.queueNanos()));
        if (outcome.succeeded()) {
            bytes.increment((double) outcome.bytes());
        }
    }

    @Override
    public void deferred(String store, int shard, String reason) {
        deferrals(reason).increment();
    }

    @Override
    public void stalled(String store, int shard) {
        stalls.increment();
    }

    @Override
    public void overdue(String store, int shard) {
        overdue.increment();
    }

    @Override
    public void synced(String store, int shard, long waitedNanos, boolean ok) {
        syncWait.record(Duration.ofNanos(waitedNanos));
    }

    @Override
    public void repaired(String store, int shard, long millis) {
        repairs("ok").increment();
    }

    @Override
    public void repairFailed(String store, int shard, String why) {
        repairs("failed").increment();
    }

    @Override
    public void pressure(PressureEvent event) {
        transitions(event.reason()).increment();
    }

    @Override
    public void reloaded(String store, boolean accepted) {
        reloads(accepted).increment();
    }

    private Counter generations(CheckpointTrigger trigger, String outcome) {
        return counter(
                "tidemark.checkpoints", "Generations that ended", null, "trigger", trigger.label(), "outcome", outcome);
    }

    private Counter failures(ForceStep step) {
        return counter("tidemark.fsync.failures", "Forces that failed", null, "op", step.label());
    }

    private Counter repairs(String outcome) {
        return counter("tidemark.file.repairs", "Repairs after a failed force", null, "outcome", outcome);
    }

    private Counter transitions(PressureReason reason) {
        return counter(
                "tidemark.pressure.transitions",
                "Transitions of a shard's pressure level",
                null,
                "reason",
                reason.name().toLowerCase(Locale.ROOT));
    }

    private Counter deferrals(String reason) {
        return counter("tidemark.checkpoint.deferrals", "Due shards that were not forced yet", null, "reason", reason);
    }

    private Counter reloads(boolean accepted) {
        return counter(
                "tidemark.config.reloads",
                "Reloads of the configuration",
                null,
                "outcome",
                accepted ? "accepted" : "rejected");
    }

    private Counter counter(String name, String description, @Nullable String unit, String... tags) {
        return Counter.builder(name)
                .description(description)
                .baseUnit(unit)
                .tags(node.and(tags))
                .register(registry);
    }

    private Timer timer(String name, String description, String... tags) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(BUCKETS)
                .tags(node.and(tags))
                .register(registry);
    }
}
