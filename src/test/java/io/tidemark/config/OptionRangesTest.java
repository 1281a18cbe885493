package io.tidemark.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.bitcask.BitcaskOptions;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.log.segment.SegmentLogOptions;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.redis.RedisOptions;
import io.tidemark.value.ValueType;
import io.vertx.core.json.JsonObject;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/**
 * A default and a range are those of the option type that takes the value. The node may allow less, never more: a value
 * that passed the configuration must not be refused at the start.
 */
class OptionRangesTest {
    /** Keys whose range is narrower at one end: the node allows what is useful, the option type what works. */
    private static final Set<ConfigKey> NARROWER = EnumSet.of(
            ConfigKey.REDIS_MAX_OUTPUT_BYTES,
            ConfigKey.REDIS_MAX_CLIENTS,
            ConfigKey.BITCASK_MAX_FILE_BYTES,
            ConfigKey.PRESSURE_SHED_FREE_BYTES,
            ConfigKey.PRESSURE_RESUME_FREE_BYTES,
            ConfigKey.PRESSURE_BALLAST_BYTES);

    /** Numbers that no option type takes. */
    private static final Set<ConfigKey> OF_THE_NODE_ALONE =
            EnumSet.of(ConfigKey.SHARDS, ConfigKey.ADMIN_PORT, ConfigKey.RELOAD_POLL_MS, ConfigKey.SHUTDOWN_TIMEOUT_MS);

    /** What takes the value of each key, and throws if it is out of range. */
    private static final Map<ConfigKey, LongConsumer> TAKES = new EnumMap<>(ConfigKey.class);

    static {
        TAKES.put(ConfigKey.REDIS_PORT, value -> new RedisOptions().setPort(Math.toIntExact(value)));
        TAKES.put(ConfigKey.REDIS_MAX_REQUEST_BYTES, value -> new RedisOptions()
                .setMaxRequestBytes(Math.toIntExact(value)));
        TAKES.put(ConfigKey.REDIS_MAX_OUTPUT_BYTES, value -> new RedisOptions()
                .setMaxOutputBytes(Math.toIntExact(value)));
        TAKES.put(ConfigKey.REDIS_MAX_CLIENTS, value -> new RedisOptions().setMaxClients(Math.toIntExact(value)));
        TAKES.put(ConfigKey.REDIS_TCP_KEEPALIVE_S, value -> new RedisOptions()
                .setTcpKeepAliveSeconds(Math.toIntExact(value)));
        TAKES.put(ConfigKey.REDIS_IDLE_TIMEOUT_S, value -> new RedisOptions()
                .setIdleTimeoutSeconds(Math.toIntExact(value)));
        TAKES.put(ConfigKey.LOG_SEGMENT_BYTES, SegmentLogOptions::new);
        TAKES.put(ConfigKey.BITCASK_MAX_FILE_BYTES, BitcaskOptions::new);
        for (ConfigKey key : ConfigKey.values()) {
            String name = key.key().substring(key.key().indexOf('.') + 1);
            if (key.key().startsWith("checkpoint.")) {
                TAKES.put(key, value -> new CheckpointOptions(new JsonObject().put(name, value)));
            } else if (key.key().startsWith("pressure.")) {
                TAKES.put(key, value -> new PressureOptions(new JsonObject().put(name, value)));
            }
        }
    }

    @Test
    void range_ofEveryNumber_isThatOfItsOptionType() {
        for (ConfigKey key : ConfigKey.values()) {
            ValueType type = key.type();
            long min = end(type, true);
            long max = end(type, false);
            if (max < 0 || OF_THE_NODE_ALONE.contains(key)) {
                continue;
            }
            LongConsumer takes = Objects.requireNonNull(TAKES.get(key), key.key());
            assertThatCode(() -> takes.accept(min))
                    .as("%s at its minimum", key.key())
                    .doesNotThrowAnyException();
            assertThatCode(() -> takes.accept(max))
                    .as("%s at its maximum", key.key())
                    .doesNotThrowAnyException();
            if (!NARROWER.contains(key)) {
                assertThatThrownBy(() -> takes.accept(min - 1))
                        .as("%s below its minimum", key.key())
                        .isInstanceOf(RuntimeException.class);
                assertThatThrownBy(() -> takes.accept(max + 1))
                        .as("%s above its maximum", key.key())
                        .isInstanceOf(RuntimeException.class);
            }
        }
    }

    @Test
    void default_ofEveryKey_isInItsRange() {
        for (ConfigKey key : ConfigKey.values()) {
            Object value = key.defaultValue();
            if (value != null) {
                assertThat(key.type().read(value)).as(key.key()).isEqualTo(value);
            }
        }
    }

    @Test
    void default_ofTheLibrary_isThatOfTheNode() {
        JsonObject ofLibrary = new CheckpointOptions().toJson();
        new PressureOptions().toJson().forEach(entry -> ofLibrary.put("pressure." + entry.getKey(), entry.getValue()));
        for (ConfigKey key : ConfigKey.values()) {
            if (key.reloadableSection().isPresent() && key.defaultValue() != null) {
                String name = key.key().replaceFirst("^checkpoint\\.", "");
                assertThat(ofLibrary.getLong(name)).as(key.key()).isEqualTo(key.defaultValue());
            }
        }
    }

    /** The smallest or largest number that a type accepts; -1 if it has none. */
    private static long end(ValueType type, boolean smallest) {
        if (type instanceof ValueType.WholeNumber number) {
            return smallest ? number.min() : number.max();
        } else if (type instanceof ValueType.Size size) {
            return smallest ? size.min() : size.max();
        } else if (type instanceof ValueType.SizeOrZero size) {
            return smallest ? 0 : size.max();
        }
        return -1;
    }
}
