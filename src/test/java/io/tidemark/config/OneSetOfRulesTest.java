package io.tidemark.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.pressure.PressureOptions;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Node and library accept the same values, read them the same way, and describe invalid ones the same way. */
class OneSetOfRulesTest {
    private static final String CHECKPOINT = "checkpoint";

    @Property(tries = 4_000)
    void checkpointKey_ofAnyValue_isTheSameToNodeAndLibrary(
            @ForAll("checkpointKeys") ConfigKey key, @ForAll("values") Object raw) {
        String name = key.key().substring(CHECKPOINT.length() + 1);
        Object read = key.type().read(raw);
        String refusal = refusal(name, raw);
        if (read == null) {
            assertThat(refusal)
                    .isEqualTo(key.key() + " is " + key.type().describe(raw) + ", expected "
                            + key.type().expectation());
        } else {
            assertThat(refusal).isNull();
            assertThat(new CheckpointOptions(new JsonObject().put(name, raw))
                            .toJson()
                            .getLong(name))
                    .isEqualTo(read);
        }
    }

    /** Their ranges differ: the node allows what is useful, users of the library may have small volumes. */
    @Property(tries = 1_000)
    void pressureKey_ofAnyValue_takesTheSameTypes(@ForAll("values") Object raw) {
        JsonObject json = new JsonObject().put("shed_free_bytes", raw);
        Object read = ConfigKey.PRESSURE_SHED_FREE_BYTES.type().read(raw);
        if (read != null) {
            assertThat(new PressureOptions(json).getShedFreeBytes()).isEqualTo(read);
        }
        Object dwell = ConfigKey.PRESSURE_DWELL_MS.type().read(raw);
        if (dwell != null) {
            assertThat(new PressureOptions(new JsonObject().put("dwell_ms", raw)).getDwellMs())
                    .isEqualTo(dwell);
        }
    }

    private static @Nullable String refusal(String name, Object raw) {
        try {
            new CheckpointOptions(new JsonObject().put(name, raw));
            return null;
        } catch (IllegalArgumentException refused) {
            return refused.getMessage();
        }
    }

    @Provide
    Arbitrary<ConfigKey> checkpointKeys() {
        return Arbitraries.of(Arrays.stream(ConfigKey.values())
                .filter(key -> key.key().startsWith(CHECKPOINT + "."))
                .toList());
    }

    @Provide
    Arbitrary<Object> values() {
        Arbitrary<Long> numbers = Arbitraries.oneOf(
                Arbitraries.longs().between(-2, 20), Arbitraries.longs().between(4_000, 200_000), Arbitraries.longs());
        return Arbitraries.oneOf(
                numbers.map(number -> (Object) number),
                numbers.map(Long::intValue),
                numbers.map(number -> BigInteger.valueOf(number).multiply(BigInteger.TEN)),
                numbers.map(BigInteger::valueOf),
                numbers.map(Object::toString),
                numbers.map(number -> "0" + number),
                numbers.map(number -> number + "KiB"),
                numbers.map(number -> number + " MiB"),
                numbers.map(Long::doubleValue),
                numbers.map(number -> BigDecimal.valueOf(number, 2)),
                Arbitraries.strings().ofMaxLength(100),
                Arbitraries.of(
                        true,
                        false,
                        "true",
                        "1:00",
                        "1e3",
                        "",
                        " ",
                        Instant.EPOCH,
                        new byte[] {1},
                        new JsonObject(),
                        Map.of(),
                        List.of(1)));
    }
}
