package io.tidemark.reload;

import io.tidemark.pressure.PressureOptions;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Hot reload of {@link PressureOptions}, all keys, bound together with other sections.
 *
 * @since 0.1
 */
public final class PressureReload {
    private PressureReload() {}

    /**
     * {@return the section, for {@link ConfigReload#bind}} A key that the section omits has its default; an unknown key, or a
     * value of the wrong type or out of range, changes nothing.
     *
     * @param key of the section, such as {@code pressure}
     * @param current the options in use
     * @param apply applies new options, such as {@link io.tidemark.checkpoint.Checkpointers#reconfigurePressure}; must
     *     not block
     */
    public static ReloadableSection section(
            String key, Supplier<PressureOptions> current, Function<PressureOptions, Future<Void>> apply) {
        return new Section(key, current, apply);
    }

    private record Section(
            String key, Supplier<PressureOptions> options, Function<PressureOptions, Future<Void>> change)
            implements ReloadableSection {
        @Override
        public JsonObject current() {
            return options.get().toJson();
        }

        @Override
        public JsonObject validate(JsonObject given) {
            return new PressureOptions(given).toJson();
        }

        @Override
        public Future<Void> apply(JsonObject complete) {
            return change.apply(new PressureOptions(complete));
        }
    }
}
