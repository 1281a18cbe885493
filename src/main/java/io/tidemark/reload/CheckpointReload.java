package io.tidemark.reload;

import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.Checkpointers;
import io.vertx.config.ConfigRetriever;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * Hot reload of {@link CheckpointOptions}: every key except {@code node} and {@code clustered} can change while the
 * checkpointers run; those two may be omitted. No generation in flight is disturbed and no sync request is lost; see
 * {@link Checkpointers#reconfigure}.
 *
 * <pre>{@code
 * ConfigRetriever retriever = ConfigRetriever.create(vertx, new ConfigRetrieverOptions()
 *         .setIncludeDefaultStores(false)
 *         .setScanPeriod(1_000)
 *         .addStore(new ConfigStoreOptions().setType("file").setFormat("yaml").setConfig(new JsonObject().put("path", path))));
 * ConfigReload reload = CheckpointReload.bind(vertx, retriever, "checkpoint", checkpointers);
 * }</pre>
 *
 * @since 0.1
 */
public final class CheckpointReload {
    private CheckpointReload() {}

    /**
     * Applies a section of a configuration to running checkpointers whenever it changes. A key that the section omits
     * has its default. A missing section, an unknown key, or a value of the wrong type or out of range changes nothing.
     *
     * @param vertx the Vert.x instance
     * @param retriever see {@link ConfigReload#bind}
     * @param key of the section, such as {@code checkpoint}
     * @param checkpointers the store's checkpointers
     * @return the binding; close it to end the watch
     */
    public static ConfigReload bind(Vertx vertx, ConfigRetriever retriever, String key, Checkpointers checkpointers) {
        return ConfigReload.bind(
                vertx,
                retriever,
                checkpointers.store(),
                List.of(section(key, checkpointers)),
                ConfigReload.DEFAULT_DEBOUNCE_MS,
                outcome -> notifyListeners(checkpointers, outcome));
    }

    /**
     * Notifies the checkpointers' listeners, and so the meters, of an accepted or rejected reload.
     *
     * @param checkpointers the store's checkpointers
     * @param outcome the outcome
     */
    public static void notifyListeners(Checkpointers checkpointers, ReloadOutcome outcome) {
        switch (outcome.kind()) {
            case ACCEPTED -> checkpointers.notifyReload(true);
            case REJECTED -> checkpointers.notifyReload(false);
            default -> {}
        }
    }

    /**
     * {@return the section, for {@link ConfigReload#bind} together with others}
     *
     * @param key the key of the section, such as {@code checkpoint}
     * @param checkpointers the store's checkpointers
     */
    public static ReloadableSection section(String key, Checkpointers checkpointers) {
        return new Section(key, checkpointers);
    }

    private record Section(String key, Checkpointers checkpointers) implements ReloadableSection {
        @Override
        public JsonObject current() {
            return checkpointers.options().toJson();
        }

        @Override
        public JsonObject validate(JsonObject given) {
            return new CheckpointOptions(given)
                    .whileRunning(checkpointers.options())
                    .toJson();
        }

        @Override
        public Future<Void> apply(JsonObject complete) {
            return checkpointers.reconfigure(new CheckpointOptions(complete));
        }
    }
}
