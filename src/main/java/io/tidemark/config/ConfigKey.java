package io.tidemark.config;

import io.tidemark.admin.AdminOptions;
import io.tidemark.bitcask.BitcaskOptions;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.log.segment.SegmentLogOptions;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.redis.RedisOptions;
import io.tidemark.value.ValueType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Every key of the configuration, in the order of {@code config/tidemark.yaml}: name, type and range, default, and one
 * line of documentation. A default is that of the option type that takes the value, where there is one. A new key is added
 * here and in that file; no other code knows the names.
 */
public enum ConfigKey {
    /** The data directory. */
    DATA_DIR("data_dir", new ValueType.Text(), "./data", "Data directory; created at the first start."),
    /** Number of shards. */
    SHARDS("shards", new ValueType.WholeNumber(1, 1024), 4, "Number of shards; fixed once the data directory exists."),
    /** Address for Redis clients. */
    REDIS_HOST(
            "redis.host",
            new ValueType.Text(),
            RedisOptions.DEFAULT_HOST,
            "Address to listen on for Redis clients; one that others can reach needs a password."),
    /** Port for Redis clients. */
    REDIS_PORT(
            "redis.port",
            new ValueType.WholeNumber(0, 65_535),
            RedisOptions.DEFAULT_PORT,
            "Port for Redis clients; 0 takes any free one."),
    /** Password of Redis clients. */
    REDIS_PASSWORD(
            "redis.password",
            new ValueType.Secret(),
            null,
            "Password that Redis clients must give (AUTH); none if left out."),
    /** Whether a reachable address may go without a password. */
    REDIS_ALLOW_NO_PASSWORD(
            "redis.allow_no_password",
            new ValueType.Flag(),
            false,
            "Whether to listen without a password on an address that others can reach."),
    /** Longest request. */
    REDIS_MAX_REQUEST_BYTES(
            "redis.max_request_bytes",
            new ValueType.Size(ValueType.KIB, 512 * ValueType.MIB),
            RedisOptions.DEFAULT_MAX_REQUEST_BYTES,
            "Longest request of a client; a longer one is refused and its connection closed."),
    /** Most bytes of replies that may wait for one client. */
    REDIS_MAX_OUTPUT_BYTES(
            "redis.max_output_bytes",
            new ValueType.Size(ValueType.KIB, ValueType.GIB),
            RedisOptions.DEFAULT_MAX_OUTPUT_BYTES,
            "Most bytes of pending replies for one client; a client that reads too slowly is disconnected."),
    /** Most connections. */
    REDIS_MAX_CLIENTS(
            "redis.max_clients",
            new ValueType.WholeNumber(1, 1_000_000),
            RedisOptions.DEFAULT_MAX_CLIENTS,
            "Most Redis clients at one time."),
    /** TCP keepalive. */
    REDIS_TCP_KEEPALIVE_S(
            "redis.tcp_keepalive_s",
            new ValueType.WholeNumber(0, 32_767),
            RedisOptions.DEFAULT_TCP_KEEP_ALIVE_SECONDS,
            "TCP keepalive of Redis clients: idle time before the first probe, in seconds; 0 for never."),
    /** How long a client may be idle. */
    REDIS_IDLE_TIMEOUT_S(
            "redis.idle_timeout_s",
            new ValueType.WholeNumber(0, Integer.MAX_VALUE),
            RedisOptions.DEFAULT_IDLE_TIMEOUT_SECONDS,
            "Idle time after which a Redis client is disconnected, in seconds; 0 for never."),
    /** Whether PING fails while nothing can be written. */
    REDIS_PING_ERROR_WHILE_SHEDDING(
            "redis.ping_error_while_shedding",
            new ValueType.Flag(),
            RedisOptions.DEFAULT_PING_ERROR_WHILE_SHEDDING,
            "Whether PING answers an error while every shard refuses writes; not for a probe that restarts the node."),
    /** Address for operators. */
    ADMIN_HOST(
            "admin.host",
            new ValueType.Text(),
            AdminOptions.DEFAULT_HOST,
            "Address to listen on for HTTP: metrics, health, shards; one that others can reach needs a password."),
    /** Port for operators. */
    ADMIN_PORT(
            "admin.port",
            new ValueType.WholeNumber(0, 65_535),
            AdminOptions.DEFAULT_PORT,
            "Port for HTTP; 0 takes any free one."),
    /** Time between ticks. */
    CHECKPOINT_INTERVAL_MS(
            "checkpoint.interval_ms",
            new ValueType.WholeNumber(10, 86_400_000),
            CheckpointOptions.DEFAULT_INTERVAL_MS,
            "Time between two ticks of a shard; a dirty shard is then checkpointed."),
    /** Idle time that lets a tick force. */
    CHECKPOINT_IDLE_MS(
            "checkpoint.idle_ms",
            new ValueType.WholeNumber(0, 86_400_000),
            CheckpointOptions.DEFAULT_IDLE_MS,
            "A shard that is being written to is checkpointed once it has been idle for this long."),
    /** Longest deferral. */
    CHECKPOINT_MAX_DELAY_MS(
            "checkpoint.max_delay_ms",
            new ValueType.WholeNumber(10, 86_400_000),
            CheckpointOptions.DEFAULT_MAX_DELAY_MS,
            "Longest wait of written bytes for a checkpoint, idle or not; bounds the replay."),
    /** Dirty bytes that fire without waiting. */
    CHECKPOINT_MAX_DIRTY_BYTES(
            "checkpoint.max_dirty_bytes",
            new ValueType.Size(4 * ValueType.KIB, 1024 * ValueType.GIB),
            CheckpointOptions.DEFAULT_MAX_DIRTY_BYTES,
            "A shard with more unsynced bytes than this is checkpointed at once."),
    /** Permits for forcing. */
    CHECKPOINT_MAX_CONCURRENT_FSYNCS(
            "checkpoint.max_concurrent_fsyncs",
            new ValueType.WholeNumber(1, CheckpointOptions.MAX_CONCURRENT_FSYNCS),
            CheckpointOptions.DEFAULT_MAX_CONCURRENT_FSYNCS,
            "How many shards may force their files at the same time; hung forces don't count."),
    /** Steps of the write-back before a force. */
    CHECKPOINT_PACING_BYTES(
            "checkpoint.pacing_bytes",
            new ValueType.SizeOrZero(64 * ValueType.KIB, 64 * ValueType.MIB),
            CheckpointOptions.DEFAULT_PACING_BYTES,
            "Step size of the paced write-back before a force, so that clients wait less; 0 for none."),
    /** When a hung force is reported. */
    CHECKPOINT_STALL_WARN_MS(
            "checkpoint.stall_warn_ms",
            new ValueType.WholeNumber(10, 86_400_000),
            CheckpointOptions.DEFAULT_STALL_WARN_MS,
            "A force still running after this time is reported, and lends its permit to others."),
    /** When a hung force sheds writes. */
    CHECKPOINT_STALL_SHED_MS(
            "checkpoint.stall_shed_ms",
            new ValueType.WholeNumber(10, 86_400_000),
            CheckpointOptions.DEFAULT_STALL_SHED_MS,
            "A force still running after this time makes its shard refuse writes until it ends."),
    /** Directory of the logs. */
    LOG_DIR(
            "log.dir",
            new ValueType.Text(),
            null,
            "Directory of the logs, best on a disk of their own; inside data_dir if left out."),
    /** Size of a log file. */
    LOG_SEGMENT_BYTES(
            "log.segment_bytes",
            new ValueType.Size(SegmentLogOptions.MIN_SEGMENT_BYTES, SegmentLogOptions.MAX_SEGMENT_BYTES),
            SegmentLogOptions.DEFAULT_SEGMENT_BYTES,
            "Size at which a log starts a new segment."),
    /** Size of a data file. */
    BITCASK_MAX_FILE_BYTES(
            "bitcask.max_file_bytes",
            new ValueType.Size(4 * ValueType.KIB, ValueType.GIB),
            BitcaskOptions.DEFAULT_MAX_FILE_BYTES,
            "Size at which a new data file is started."),
    /** Free space below which writes are shed. */
    PRESSURE_SHED_FREE_BYTES(
            "pressure.shed_free_bytes",
            new ValueType.SizeOrZero(ValueType.KIB, 1024 * ValueType.GIB),
            null,
            "Less free space than this on a volume sheds writes; if left out 1/16 of the volume, at most 512MiB."),
    /** Free space at which shedding ends. */
    PRESSURE_RESUME_FREE_BYTES(
            "pressure.resume_free_bytes",
            new ValueType.Size(ValueType.KIB, 1024 * ValueType.GIB),
            null,
            "This much free space ends the shedding; if left out 1/10 of the volume, at most 1GiB."),
    /** Size of the reserve file. */
    PRESSURE_BALLAST_BYTES(
            "pressure.ballast_bytes",
            new ValueType.SizeOrZero(4 * ValueType.KIB, 16 * ValueType.GIB),
            null,
            "Reserve file, deleted when the volume is full; if left out 1/64 of it, at most 32MiB; 0 for none."),
    /** Dwell time of pressure. */
    PRESSURE_DWELL_MS(
            "pressure.dwell_ms",
            new ValueType.WholeNumber(10, 3_600_000),
            PressureOptions.DEFAULT_DWELL_MS,
            "How long a cause of pressure must have been gone before writes are accepted again."),
    /** Poll period of the file. */
    RELOAD_POLL_MS(
            "reload.poll_ms",
            new ValueType.WholeNumber(50, 3_600_000),
            1_000,
            "Poll period of this file; changes under checkpoint and pressure take effect without a restart."),
    /** Time limit of an orderly shutdown. */
    SHUTDOWN_TIMEOUT_MS(
            "shutdown_timeout_ms",
            new ValueType.WholeNumber(1, 3_600_000),
            8_000,
            "Time limit of an orderly stop, final checkpoints included; keep it below the supervisor's limit.");

    /** Sections whose keys take effect while the node runs. */
    static final List<String> RELOADABLE_SECTIONS = List.of("checkpoint", "pressure");

    private final String name;

    @SuppressWarnings("ImmutableEnumChecker") // every ValueType is a record of numbers
    private final ValueType type;

    @SuppressWarnings("ImmutableEnumChecker") // a String, a Long or a Boolean
    private final @Nullable Object defaultValue;

    private final String doc;

    ConfigKey(String name, ValueType type, @Nullable String defaultText, String doc) {
        this(name, type, (Object) defaultText, doc);
    }

    ConfigKey(String name, ValueType type, long defaultNumber, String doc) {
        this(name, type, (Object) defaultNumber, doc);
    }

    ConfigKey(String name, ValueType type, boolean defaultFlag, String doc) {
        this(name, type, (Object) defaultFlag, doc);
    }

    ConfigKey(String name, ValueType type, @Nullable Object defaultValue, String doc) {
        this.name = name;
        this.type = type;
        this.defaultValue = defaultValue;
        this.doc = doc;
    }

    /** The full key: section and name in snake_case, joined by a dot. */
    public String key() {
        return name;
    }

    /** One line of documentation. */
    public String doc() {
        return doc;
    }

    /** The section of {@link #RELOADABLE_SECTIONS} that contains it; empty if a change requires a restart. */
    Optional<String> reloadableSection() {
        return RELOADABLE_SECTIONS.stream()
                .filter(section -> name.startsWith(section + "."))
                .findFirst();
    }

    /** The values it accepts. */
    ValueType type() {
        return type;
    }

    /** String, Long (also sizes in bytes) or Boolean; {@code null} if the key may be omitted. */
    @Nullable
    Object defaultValue() {
        return defaultValue;
    }

    /** The environment variable that sets it, such as {@code TIDEMARK_CHECKPOINT_INTERVAL_MS}. */
    public String environmentVariable() {
        return "TIDEMARK_" + name.toUpperCase(Locale.ROOT).replace('.', '_');
    }

    /** The system property that sets it, such as {@code tidemark.checkpoint.interval_ms}. */
    public String systemProperty() {
        return "tidemark." + name;
    }

    /** The key of this name. */
    static Optional<ConfigKey> byName(String name) {
        return Arrays.stream(values()).filter(key -> key.name.equals(name)).findFirst();
    }

    /** The key that an environment variable sets. */
    static Optional<ConfigKey> byEnvironmentVariable(String variable) {
        return Arrays.stream(values())
                .filter(key -> key.environmentVariable().equals(variable))
                .findFirst();
    }

    /** Whether any key begins with this name and a dot. */
    static boolean isSection(String name) {
        return Arrays.stream(values()).anyMatch(key -> key.name.startsWith(name + "."));
    }
}
