package io.tidemark.redis;

import io.tidemark.pressure.VolumeStatus;
import io.tidemark.shard.ShardStatus;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** The sections of INFO, each made when asked for. */
final class InfoReport {

    /** The Redis version whose commands, of those there are, this server answers alike. */
    static final String REDIS_VERSION = "7.0.0";

    private final RedisServer server;
    private final List<ShardStatus> shards;

    InfoReport(RedisServer server) {
        this.server = server;
        this.shards = server.shards().statuses();
    }

    /** Name in lower case to text, in Redis' order. */
    Map<String, Supplier<String>> sections() {
        Map<String, Supplier<String>> sections = new LinkedHashMap<>();
        sections.put("server", this::serverSection);
        sections.put("clients", this::clientsSection);
        sections.put("memory", this::memorySection);
        sections.put("persistence", this::persistenceSection);
        sections.put("stats", this::statsSection);
        sections.put("keyspace", this::keyspaceSection);
        return sections;
    }

    private String serverSection() {
        long upSeconds = server.upMillis() / 1_000;
        return new Lines("Server")
                .add("redis_version", REDIS_VERSION)
                .add("redis_mode", "standalone")
                .add("server_name", "tidemark")
                .add("tidemark_version", server.facts().version())
                .add("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"))
                .add("arch_bits", "64")
                .add("java_version", System.getProperty("java.version"))
                .add("process_id", ProcessHandle.current().pid())
                .add("tcp_port", server.port())
                .add("admin_port", server.facts().adminPort().getAsInt())
                .add("uptime_in_seconds", upSeconds)
                .add("uptime_in_days", upSeconds / 86_400)
                .add("data_dir", server.facts().dataDir())
                .add("shards", server.shards().count())
                .toString();
    }

    private String clientsSection() {
        return new Lines("Clients")
                .add("connected_clients", server.sessions().size())
                .add("maxclients", server.options().getMaxClients())
                .toString();
    }

    private String memorySection() {
        var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        return new Lines("Memory")
                .add("used_memory", heap.getUsed())
                .add("used_memory_human", mebibytes(heap.getUsed()))
                .add("total_system_memory", heap.getMax())
                .add("maxmemory", 0)
                .add("maxmemory_policy", "noeviction")
                .add("mem_allocator", "jvm")
                .toString();
    }

    private String persistenceSection() {
        boolean inFlight = shards.stream().anyMatch(ShardStatus::checkpointInFlight);
        boolean ok = shards.stream().allMatch(ShardStatus::lastCheckpointOk);
        Lines lines = new Lines("Persistence")
                .add("loading", server.isLoading() ? 1 : 0)
                .add("async_loading", 0)
                .add("rdb_changes_since_last_save", sum(shard -> shard.appliedIndex() - shard.durableIndex()))
                .add("rdb_bgsave_in_progress", inFlight ? 1 : 0)
                .add("rdb_last_save_time", StoreCommands.lastSaveSeconds(server))
                .add("rdb_last_bgsave_status", ok ? "ok" : "err")
                .add("aof_enabled", 1)
                .add("aof_current_size", sum(ShardStatus::logBytes))
                .add("dirty_bytes", sum(ShardStatus::dirtyBytes));
        for (VolumeStatus volume : server.shards().volumes()) {
            lines.add(
                    "volume_" + volume.name(),
                    "free_bytes=" + volume.freeBytes() + ",total_bytes=" + volume.totalBytes() + ",ballast_bytes="
                            + volume.ballastBytes() + ",shed_free_bytes=" + volume.shedBytes() + ",resume_free_bytes="
                            + volume.resumeBytes() + ",low=" + (volume.low() ? 1 : 0));
        }
        for (ShardStatus shard : shards) {
            lines.add("shard" + shard.shard(), describe(shard));
        }
        return lines.toString();
    }

    private static String describe(ShardStatus shard) {
        return "phase=" + shard.phase().name().toLowerCase(Locale.ROOT) + ",keys=" + shard.keys() + ",applied_index="
                + shard.appliedIndex() + ",durable_index=" + shard.durableIndex() + ",dirty_bytes="
                + shard.dirtyBytes() + ",log_bytes=" + shard.logBytes() + ",replayed_entries="
                + shard.recovery().entries() + ",checkpoint_in_flight=" + (shard.checkpointInFlight() ? 1 : 0)
                + ",last_checkpoint_time=" + shard.lastCheckpointMillis() / 1_000 + ",last_checkpoint_status="
                + (shard.lastCheckpointOk() ? "ok" : "err") + ",pressure="
                + shard.level().name().toLowerCase(Locale.ROOT) + ",reasons="
                + shard.reasons().keySet().stream().map(Enum::name).collect(Collectors.joining("+")) + ",since="
                + shard.pressureSinceMillis() / 1_000 + ",quarantined_files=" + shard.quarantinedFiles() + ",detail="
                + shard.detail();
    }

    private String statsSection() {
        ServerStats stats = server.stats();
        return new Lines("Stats")
                .add("total_connections_received", stats.connections.sum())
                .add("total_commands_processed", stats.commands.sum())
                .add("total_net_input_bytes", stats.inputBytes.sum())
                .add("total_net_output_bytes", stats.outputBytes.sum())
                .add("rejected_connections", stats.rejectedConnections.sum())
                .add("client_output_buffer_limit_disconnections", stats.slowReaders.sum())
                .toString();
    }

    private String keyspaceSection() {
        Lines lines = new Lines("Keyspace");
        long keys = sum(ShardStatus::keys);
        if (keys > 0) {
            lines.add("db0", "keys=" + keys + ",expires=0,avg_ttl=0");
        }
        return lines.toString();
    }

    private long sum(ToLongFunction<ShardStatus> figure) {
        return shards.stream().mapToLong(figure).sum();
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.2fM", bytes / 1_048_576.0);
    }

    /** Gathers a section's lines. */
    private static final class Lines {
        private final StringBuilder text;

        Lines(String title) {
            this.text = new StringBuilder("# ").append(title).append("\r\n");
        }

        Lines add(String key, Object value) {
            String oneLine = String.valueOf(value).replace('\r', ' ').replace('\n', ' ');
            text.append(key).append(':').append(oneLine).append("\r\n");
            return this;
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
