package io.tidemark.config;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The node's configuration, complete and valid. Immutable. It never prints the password.
 *
 * @param dataDir the data directory
 * @param shards number of shards
 * @param redis the RESP server
 * @param admin the admin HTTP endpoint
 * @param checkpoint the section {@code checkpoint}, every key with its value, sizes in bytes; a copy at each call
 * @param pressure the section {@code pressure} in the same way, without the keys that have no value
 * @param log the logs
 * @param bitcask the data files
 * @param reloadPollMs poll period of the file
 * @param shutdownTimeoutMs time for an orderly stop
 * @param display every key that has a value, with that value as text, in the order of {@link ConfigKey}; secrets read {@code (hidden)}
 */
public record NodeConfig(
        Path dataDir,
        int shards,
        Redis redis,
        Admin admin,
        JsonObject checkpoint,
        JsonObject pressure,
        Log log,
        Bitcask bitcask,
        long reloadPollMs,
        long shutdownTimeoutMs,
        Map<String, String> display) {

    /**
     * The RESP server.
     *
     * @param host address to listen on
     * @param port port, 0 for any free one
     * @param password what clients must give; {@code null} for none
     * @param maxRequestBytes longest request
     * @param maxOutputBytes most bytes of replies that may wait for one client
     * @param maxClients most connections
     * @param tcpKeepAliveSeconds silence after which the system asks whether a client is still there; 0 for never
     * @param idleTimeoutSeconds how long a client may be idle; 0 for ever
     * @param pingErrorWhileShedding whether PING answers an error while every shard refuses writes
     */
    public record Redis(
            String host,
            int port,
            @Nullable String password,
            int maxRequestBytes,
            int maxOutputBytes,
            int maxClients,
            int tcpKeepAliveSeconds,
            int idleTimeoutSeconds,
            boolean pingErrorWhileShedding) {
        @Override
        public String toString() {
            return "Redis[host=" + host + ", port=" + port + ", password=" + (password == null ? "none" : "(hidden)")
                    + ", maxRequestBytes=" + maxRequestBytes + ", maxOutputBytes=" + maxOutputBytes + ", maxClients="
                    + maxClients + ", tcpKeepAliveSeconds=" + tcpKeepAliveSeconds + ", idleTimeoutSeconds="
                    + idleTimeoutSeconds + ", pingErrorWhileShedding=" + pingErrorWhileShedding + "]";
        }
    }

    /**
     * The admin HTTP endpoint. What changes something there asks for the Redis clients' password.
     *
     * @param host address to listen on
     * @param port port, 0 for any free one
     */
    public record Admin(String host, int port) {}

    /**
     * The logs.
     *
     * @param dir their directory; {@code null} for inside the data directory
     * @param segmentBytes size at which a log starts a new segment
     */
    public record Log(@Nullable Path dir, int segmentBytes) {}

    /**
     * The data files.
     *
     * @param maxFileBytes size at which a new data file is started
     */
    public record Bitcask(int maxFileBytes) {}

    /** Copies the sections and the display map. */
    public NodeConfig {
        checkpoint = checkpoint.copy();
        pressure = pressure.copy();
        display = Collections.unmodifiableMap(new LinkedHashMap<>(display));
    }

    @Override
    public JsonObject checkpoint() {
        return checkpoint.copy();
    }

    @Override
    public JsonObject pressure() {
        return pressure.copy();
    }

    /**
     * {@link #display} with the current values of sections.
     *
     * @param current by section, such as {@code checkpoint}: its keys, without the section's name, and their values
     */
    public Map<String, String> display(Map<String, JsonObject> current) {
        Map<String, String> now = new LinkedHashMap<>();
        for (ConfigKey key : ConfigKey.values()) {
            String section = key.reloadableSection().orElse("");
            JsonObject changed = current.get(section);
            String shown = changed == null
                    ? display.get(key.key())
                    : show(key, changed.getValue(key.key().substring(section.length() + 1)));
            if (shown != null) {
                now.put(key.key(), shown);
            }
        }
        return now;
    }

    private static @Nullable String show(ConfigKey key, @Nullable Object value) {
        return value == null ? null : key.type().show(value instanceof Integer number ? number.longValue() : value);
    }

    /** Takes valid values; each key has one unless it has no default. */
    static NodeConfig of(Map<ConfigKey, Object> values) {
        Values from = new Values(values);
        JsonObject checkpoint = new JsonObject();
        JsonObject pressure = new JsonObject();
        Map<String, String> display = new LinkedHashMap<>();
        for (ConfigKey key : ConfigKey.values()) {
            Object value = values.get(key);
            if (value != null) {
                display.put(key.key(), key.type().show(value));
                put(checkpoint, "checkpoint.", key, value);
                put(pressure, "pressure.", key, value);
            }
        }
        String logDir = from.optionalText(ConfigKey.LOG_DIR);
        return new NodeConfig(
                Path.of(from.text(ConfigKey.DATA_DIR)),
                from.integer(ConfigKey.SHARDS),
                new Redis(
                        from.text(ConfigKey.REDIS_HOST),
                        from.integer(ConfigKey.REDIS_PORT),
                        from.optionalText(ConfigKey.REDIS_PASSWORD),
                        from.integer(ConfigKey.REDIS_MAX_REQUEST_BYTES),
                        from.integer(ConfigKey.REDIS_MAX_OUTPUT_BYTES),
                        from.integer(ConfigKey.REDIS_MAX_CLIENTS),
                        from.integer(ConfigKey.REDIS_TCP_KEEPALIVE_S),
                        from.integer(ConfigKey.REDIS_IDLE_TIMEOUT_S),
                        from.flag(ConfigKey.REDIS_PING_ERROR_WHILE_SHEDDING)),
                new Admin(from.text(ConfigKey.ADMIN_HOST), from.integer(ConfigKey.ADMIN_PORT)),
                checkpoint,
                pressure,
                new Log(logDir == null ? null : Path.of(logDir), from.integer(ConfigKey.LOG_SEGMENT_BYTES)),
                new Bitcask(from.integer(ConfigKey.BITCASK_MAX_FILE_BYTES)),
                from.number(ConfigKey.RELOAD_POLL_MS),
                from.number(ConfigKey.SHUTDOWN_TIMEOUT_MS),
                display);
    }

    private static void put(JsonObject section, String prefix, ConfigKey key, Object value) {
        if (key.key().startsWith(prefix)) {
            section.put(key.key().substring(prefix.length()), value);
        }
    }

    private record Values(Map<ConfigKey, Object> all) {
        String text(ConfigKey key) {
            return (String) Objects.requireNonNull(all.get(key), key.key());
        }

        @Nullable
        String optionalText(ConfigKey key) {
            return (String) all.get(key);
        }

        long number(ConfigKey key) {
            return (Long) Objects.requireNonNull(all.get(key), key.key());
        }

        boolean flag(ConfigKey key) {
            return (Boolean) Objects.requireNonNull(all.get(key), key.key());
        }

        int integer(ConfigKey key) {
            return Math.toIntExact(number(key));
        }
    }
}
