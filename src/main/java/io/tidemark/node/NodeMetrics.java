package io.tidemark.node;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tidemark.checkpoint.Checkpointers;
import io.tidemark.metrics.CheckpointMeters;
import io.tidemark.metrics.LatencyBuckets;
import io.tidemark.pressure.PressureReason;
import io.tidemark.pressure.VolumeStatus;
import io.tidemark.redis.RedisServer;
import io.tidemark.shard.LocalShards;
import io.tidemark.shard.ShardMeter;
import io.tidemark.shard.ShardStatus;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import io.vertx.micrometer.VertxPrometheusOptions;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The node's meter registry: checkpointers, logs, Vert.x's pools, the JVM.
 *
 * <p>Vert.x's own meters of connections and requests are off: they would cost time at each read and write of a client, and
 * any client could fill their label of the HTTP method. Any thread.
 */
final class NodeMetrics implements ShardMeter {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Timer logForces = timer("tidemark.log.fsync.duration", "How long a log's fdatasync took");
    private final Timer commands = timer(
            "tidemark.command.duration",
            "From the first command of a log entry to its answer: the longest wait in each group of commands");
    private final Counter logFailures = Counter.builder("tidemark.fsync.failures")
            .description("Forces that failed")
            .tags("op", "log", "node", "") // the same label keys as the checkpointers' counter of this name
            .register(registry);
    private final Map<PressureReason, Counter> shed = new EnumMap<>(PressureReason.class);

    NodeMetrics() {
        for (PressureReason reason : PressureReason.values()) {
            shed.put(
                    reason,
                    Counter.builder("tidemark.writes.shed")
                            .description("Commands that were refused before they entered the log")
                            .tags("reason", reason.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
    }

    private Timer timer(String name, String description) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(LatencyBuckets.durations())
                .register(registry);
    }

    /** A Vert.x that registers its meters here. */
    Vertx vertx(VertxOptions options) {
        options.setMetricsOptions(new MicrometerMetricsOptions()
                .setEnabled(true)
                .setPrometheusOptions(new VertxPrometheusOptions().setEnabled(true))
                .setJvmMetricsEnabled(true)
                .addDisabledMetricsCategory(MetricsDomain.EVENT_BUS)
                .addDisabledMetricsCategory(MetricsDomain.NET_SERVER)
                .addDisabledMetricsCategory(MetricsDomain.NET_CLIENT)
                .addDisabledMetricsCategory(MetricsDomain.HTTP_SERVER)
                .addDisabledMetricsCategory(MetricsDomain.HTTP_CLIENT));
        return Vertx.builder()
                .with(options)
                .withMetrics(new MicrometerMetricsFactory(registry))
                .build();
    }

    /** All meters, in the Prometheus text format. */
    String scrape() {
        return registry.scrape();
    }

    /** Registers the shards' meters; once, when their data files are open. */
    void bind(LocalShards shards, String store) {
        Checkpointers checkpointers = shards.checkpointers();
        // Never closed: it lives as long as the process, like its shards.
        CheckpointMeters unused = CheckpointMeters.bind(registry, checkpointers, new NodeInsight(shards));
        for (int shard = 0; shard < shards.count(); shard++) {
            Tags tags = Tags.of("store", store, "shard", Integer.toString(shard));
            gauge(shards, shard, tags, "tidemark.released.index", null, ShardStatus::releasedIndex);
            gauge(shards, shard, tags, "tidemark.log.retained.bytes", "bytes", ShardStatus::logBytes);
            gauge(shards, shard, tags, "tidemark.keys", null, ShardStatus::keys);
            gauge(shards, shard, tags, "tidemark.quarantined.files", "files", ShardStatus::quarantinedFiles);
            gauge(shards, shard, tags, "tidemark.recovery.progress.ratio", null, status -> status.recovery()
                    .ratio());
        }
        for (VolumeStatus volume : shards.volumes()) {
            gauge(shards, volume.name(), "tidemark.disk.free.bytes", VolumeStatus::freeBytes);
            gauge(shards, volume.name(), "tidemark.ballast.bytes", VolumeStatus::ballastBytes);
        }
    }

    /** Registers the meters of the RESP server. */
    void bind(RedisServer server) {
        FunctionCounter.builder("tidemark.requests.over.limit", server, RedisServer::requestsOverLimit)
                .description("Requests that were refused as a whole because they were too large")
                .register(registry);
    }

    private void gauge(LocalShards shards, String volume, String name, ToDoubleFunction<VolumeStatus> figure) {
        Gauge.builder(name, shards, all -> all.volumes().stream()
                        .filter(each -> each.name().equals(volume))
                        .mapToDouble(figure)
                        .filter(bytes -> bytes >= 0) // negative: unknown
                        .findFirst()
                        .orElse(Double.NaN))
                .baseUnit("bytes")
                .tags("volume", volume)
                .strongReference(true)
                .register(registry);
    }

    private void gauge(
            LocalShards shards,
            int shard,
            Tags tags,
            String name,
            @Nullable String unit,
            ToDoubleFunction<ShardStatus> figure) {
        Gauge.builder(name, shards, all -> {
                    ShardStatus status = all.status(shard);
                    return status == null ? Double.NaN : figure.applyAsDouble(status);
                })
                .baseUnit(unit)
                .tags(tags)
                .strongReference(true)
                .register(registry);
    }

    @Override
    public void logForced(long nanos, boolean ok) {
        logForces.record(nanos, TimeUnit.NANOSECONDS);
        if (!ok) {
            logFailures.increment();
        }
    }

    @Override
    public void answered(long nanos) {
        commands.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void shed(PressureReason reason, int writes) {
        Objects.requireNonNull(shed.get(reason)).increment(writes);
    }
}
