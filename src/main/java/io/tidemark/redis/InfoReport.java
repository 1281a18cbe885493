package io.tidemark.redis;

import io.tidemark.pressure.PressureReason;
import io.tidemark.pressure.VolumeStatus;
import io.tidemark.redis.command.Server;
import io.tidemark.shard.ShardStatus;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * The sections of INFO, each built on request. Under Redis' names are the fields that monitoring and health checks read and
 * that are true here, including those that are always 0 because the feature does not exist. Fields without a meaning here are
 * left out.
 */
final class InfoReport {

    private static final String NO_ID = "0".repeat(40);

    private final RedisServer server;
    private final List<ShardStatus> shards;

    InfoReport(RedisServer server) {
        this.server = server;
        this.shards = server.shards().statuses();
    }

    /** Section text by section name in lower case, in Redis' order. */
    Map<String, Supplier<String>> sections() {
        Map<String, Supplier<String>> sections = new LinkedHashMap<>();
        sections.put("server", this::serverSection);
        sections.put("clients", this::clientsSection);
        sections.put("memory", this::memorySection);
        sections.put("persistence", this::persistenceSection);
        sections.put("stats", this::statsSection);
        sections.put("replication", this::replicationSection);
        sections.put(
                "cluster",
                () -> new InfoSection("Cluster").add("cluster_enabled", 0).toString());
        sections.put("keyspace", this::keyspaceSection);
        return sections;
    }

    private String serverSection() {
        long upSeconds = server.upMillis() / 1_000;
        return new InfoSection("Server")
                .add("redis_version", Server.REDIS_VERSION)
                .add("redis_mode", "standalone")
                .add("server_name", "tidemark")
                .add("tidemark_version", server.facts().version())
                .add(
                        "os",
                        System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                                + System.getProperty("os.arch"))
                .add("arch_bits", "64")
                .add("java_version", System.getProperty("java.version"))
                .add("process_id", ProcessHandle.current().pid())
                .add("run_id", server.identity().runId())
                .add("tcp_port", server.port())
                .add("admin_port", server.facts().adminPort().getAsInt())
                .add("server_time_usec", server.epochMillis() * 1_000)
                .add("uptime_in_seconds", upSeconds)
                .add("uptime_in_days", upSeconds / 86_400)
                .add("data_dir", server.facts().dataDir())
                .add("shards", server.shards().count())
                .toString();
    }

    private String clientsSection() {
        return new InfoSection("Clients")
                .add("connected_clients", server.sessions().size())
                .add("cluster_connections", 0)
                .add("maxclients", server.maxClients())
                .add("blocked_clients", 0)
                .add("tracking_clients", 0)
                .toString();
    }

    private String memorySection() {
        var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        long system = server.identity().systemMemoryBytes();
        return new InfoSection("Memory")
                .add("used_memory", heap.getUsed())
                .add("used_memory_human", mebibytes(heap.getUsed()))
                .add("heap_max_bytes", heap.getMax())
                .add("total_system_memory", system)
                .add("total_system_memory_human", mebibytes(system))
                .add("maxmemory", 0)
                .add("maxmemory_human", "0B")
                .add("maxmemory_policy", "noeviction")
                .add("mem_allocator", "jvm")
                .toString();
    }

    private String persistenceSection() {
        boolean inFlight = shards.stream().anyMatch(ShardStatus::checkpointInFlight);
        boolean ok = shards.stream().allMatch(ShardStatus::lastCheckpointOk);
        boolean logWrites = shards.stream().noneMatch(shard -> shard.reasons().containsKey(PressureReason.LOG_STALLED));
        InfoSection section = new InfoSection("Persistence")
                .add("loading", server.isLoading() ? 1 : 0)
                .add("async_loading", 0)
                .add("rdb_changes_since_last_save", sum(ShardStatus::unsavedChanges))
                .add("rdb_bgsave_in_progress", inFlight ? 1 : 0)
                .add("rdb_last_save_time", server.lastSave().epochMillis() / 1_000)
                .add("rdb_last_bgsave_status", ok ? "ok" : "err")
                .add("aof_enabled", 1)
                .add("aof_rewrite_in_progress", 0)
                .add("aof_rewrite_scheduled", 0)
                .add("aof_last_rewrite_time_sec", -1)
                .add("aof_current_rewrite_time_sec", -1)
                .add("aof_last_bgrewrite_status", "ok")
                .add("aof_last_write_status", logWrites ? "ok" : "err")
                .add("aof_current_size", sum(ShardStatus::logBytes))
                .add("dirty_bytes", sum(ShardStatus::dirtyBytes));
        for (VolumeStatus volume : server.shards().volumes()) {
            section.add("volume_" + volume.name(), describe(volume));
        }
        for (ShardStatus shard : shards) {
            section.add("shard" + shard.shard(), describe(shard));
        }
        return section.toString();
    }

    private static Map<String, Object> describe(VolumeStatus volume) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("free_bytes", volume.freeBytes());
        values.put("total_bytes", volume.totalBytes());
        values.put("ballast_bytes", volume.ballastBytes());
        values.put("shed_free_bytes", volume.shedBytes());
        values.put("resume_free_bytes", volume.resumeBytes());
        values.put("low", volume.low() ? 1 : 0);
        return values;
    }

    private static Map<String, Object> describe(ShardStatus shard) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("phase", shard.phase().name().toLowerCase(Locale.ROOT));
        values.put("keys", shard.keys());
        values.put("applied_index", shard.appliedIndex());
        values.put("durable_index", shard.durableIndex());
        values.put("dirty_bytes", shard.dirtyBytes());
        values.put("log_bytes", shard.logBytes());
        values.put("replayed_entries", shard.recovery().entries());
        values.put("checkpoint_in_flight", shard.checkpointInFlight() ? 1 : 0);
        values.put("last_checkpoint_time", shard.lastCheckpointMillis() / 1_000);
        values.put("last_checkpoint_status", shard.lastCheckpointOk() ? "ok" : "err");
        values.put("pressure", shard.level().name().toLowerCase(Locale.ROOT));
        values.put("reasons", shard.reasons().keySet().stream().map(Enum::name).collect(Collectors.joining("+")));
        values.put("since", shard.pressureSinceMillis() / 1_000);
        values.put("quarantined_files", shard.quarantinedFiles());
        values.put("detail", shard.detail());
        return values;
    }

    private String statsSection() {
        ServerStats stats = server.stats();
        return new InfoSection("Stats")
                .add("total_connections_received", stats.connections.sum())
                .add("total_commands_processed", stats.commands.sum())
                .add("total_net_input_bytes", stats.inputBytes.sum())
                .add("total_net_output_bytes", stats.outputBytes.sum())
                .add("rejected_connections", stats.rejectedConnections.sum())
                .add("sync_full", 0)
                .add("sync_partial_ok", 0)
                .add("sync_partial_err", 0)
                .add("expired_keys", 0)
                .add("evicted_keys", 0)
                .add("keyspace_hits", stats.hits.sum())
                .add("keyspace_misses", stats.misses.sum())
                .add("pubsub_channels", 0)
                .add("pubsub_patterns", 0)
                .add("latest_fork_usec", 0)
                .add("requests_over_limit", stats.overLimit.sum())
                .add("client_output_buffer_limit_disconnections", stats.slowReaders.sum())
                .toString();
    }

    private String replicationSection() {
        return new InfoSection("Replication")
                .add("role", "master")
                .add("connected_slaves", 0)
                .add("master_failover_state", "no-failover")
                .add("master_replid", server.identity().replicationId())
                .add("master_replid2", NO_ID)
                .add("master_repl_offset", 0)
                .add("second_repl_offset", -1)
                .add("repl_backlog_active", 0)
                .add("repl_backlog_size", 0)
                .add("repl_backlog_first_byte_offset", 0)
                .add("repl_backlog_histlen", 0)
                .toString();
    }

    private String keyspaceSection() {
        InfoSection section = new InfoSection("Keyspace");
        long keys = sum(ShardStatus::keys);
        if (keys > 0) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("keys", keys);
            values.put("expires", 0);
            values.put("avg_ttl", 0);
            section.add("db0", values);
        }
        return section.toString();
    }

    private long sum(ToLongFunction<ShardStatus> figure) {
        return shards.stream().mapToLong(figure).sum();
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.2fM", bytes / 1_048_576.0);
    }
}
