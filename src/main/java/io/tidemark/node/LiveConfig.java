package io.tidemark.node;

import io.tidemark.checkpoint.Checkpointers;
import io.tidemark.config.ConfigLoader;
import io.tidemark.config.ConfigSources;
import io.tidemark.config.NodeConfig;
import io.tidemark.reload.CheckpointReload;
import io.tidemark.reload.ConfigReload;
import io.tidemark.reload.PressureReload;
import io.tidemark.shard.LocalShards;
import io.vertx.config.ConfigRetriever;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The current configuration: the one loaded at startup, with the sections reloaded from its file since. Without a file
 * it never changes. Methods may be called from any thread.
 */
final class LiveConfig {
    private static final Logger LOG = LoggerFactory.getLogger(LiveConfig.class);
    private static final String CHECKPOINT = "checkpoint";
    private static final String PRESSURE = "pressure";

    private final Vertx vertx;
    private final ConfigLoader loader;
    private final ConfigSources sources;
    private final ConfigLoader.Loaded start;
    private volatile @Nullable LocalShards shards;
    private @Nullable ConfigRetriever retriever;
    private @Nullable ConfigReload reload;
    private boolean reloadWhenOpen;
    private boolean closed;

    /**
     * Takes the configuration at startup.
     *
     * @param sources the sources, read again at each reload
     * @param start what was loaded from them
     */
    LiveConfig(Vertx vertx, ConfigLoader loader, ConfigSources sources, ConfigLoader.Loaded start) {
        this.vertx = vertx;
        this.loader = loader;
        this.sources = sources;
        this.start = start;
    }

    /** Every key that has a value, as text, with the values in use; secrets read {@code (hidden)}. */
    Map<String, String> display() {
        NodeConfig config = start.config();
        LocalShards running = shards;
        return running == null
                ? config.display()
                : config.display(Map.of(
                        CHECKPOINT, running.checkpointers().options().toJson(),
                        PRESSURE, running.pressureOptions().toJson()));
    }

    /** Watches the file from now on, since the shards are open. Does nothing after {@link #close}. */
    synchronized void watch(LocalShards open) {
        shards = open;
        if (closed || start.file() == null) {
            return;
        }
        Checkpointers running = open.checkpointers();
        long pollMs = start.config().reloadPollMs();
        ConfigRetriever watching = loader.watch(sources, start, pollMs);
        retriever = watching;
        reload = ConfigReload.bind(
                vertx,
                watching,
                running.store(),
                List.of(
                        CheckpointReload.section(CHECKPOINT, running),
                        PressureReload.section(PRESSURE, open::pressureOptions, open::reconfigurePressure),
                        start.fixedKeys()),
                Math.min(ConfigReload.DEFAULT_DEBOUNCE_MS, pollMs / 2),
                outcome -> CheckpointReload.notifyListeners(running, outcome));
        if (reloadWhenOpen) {
            reloadNow();
        }
    }

    /** Reads the file now instead of at the next poll, and logs the outcome, or why it was not read. */
    synchronized void reloadNow() {
        ConfigReload reloading = reload;
        if (start.file() == null) {
            LOG.info("configuration not read again: the node was started without a file");
        } else if (closed) {
            LOG.info("configuration not read again: the node is stopping");
        } else if (reloading == null) {
            reloadWhenOpen = true;
            LOG.info("{} is read again as soon as the shards are open", start.file());
        } else {
            reloading.reloadNow().onFailure(ended -> LOG.info("configuration not read again: the node is stopping"));
        }
    }

    /** Stops watching the file; completes when no section is being applied any more. */
    synchronized Future<Void> close() {
        closed = true;
        ConfigReload reloading = reload;
        ConfigRetriever watching = retriever;
        return reloading == null || watching == null
                ? Future.succeededFuture()
                : watching.close().eventually(reloading::close);
    }
}
