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
 * The configuration in force: as it was at the start, but for what has been reloaded from its file since. Without a file
 * it stays as it is. Methods may be called from any thread.
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
    private boolean readWhenWatching;
    private boolean closed;

    /**
     * Takes what the node was started with.
     *
     * @param sources what it was loaded from, and will be again
     * @param start what came of it
     */
    LiveConfig(Vertx vertx, ConfigLoader loader, ConfigSources sources, ConfigLoader.Loaded start) {
        this.vertx = vertx;
        this.loader = loader;
        this.sources = sources;
        this.start = start;
    }

    /** Every key that has a value, as text, with what is in force now; secrets read {@code (hidden)}. */
    Map<String, String> display() {
        NodeConfig config = start.config();
        LocalShards running = shards;
        return running == null
                ? config.display()
                : config.display(Map.of(
                        CHECKPOINT, running.checkpointers().options().toJson(),
                        PRESSURE, running.pressureOptions().toJson()));
    }

    /** The shards are open: from now on the file is followed. Does nothing after {@link #close}. */
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
        if (readWhenWatching) {
            reloadNow();
        }
    }

    /** Reads the file again now, not only when it is looked at next; a line of the log says what came of it, or why not. */
    synchronized void reloadNow() {
        ConfigReload reloading = reload;
        if (start.file() == null) {
            LOG.info("configuration not read again: the node was started without a file, and follows none");
        } else if (closed) {
            LOG.info("configuration not read again: the node is stopping");
        } else if (reloading == null) {
            readWhenWatching = true;
            LOG.info("{} is read again as soon as the shards are open", start.file());
        } else {
            reloading.reloadNow().onFailure(ended -> LOG.info("configuration not read again: the node is stopping"));
        }
    }

    /** Follows the file no more; completes when nothing is being put into force any more. */
    synchronized Future<Void> close() {
        closed = true;
        ConfigReload reloading = reload;
        ConfigRetriever watching = retriever;
        return reloading == null || watching == null
                ? Future.succeededFuture()
                : watching.close().eventually(reloading::close);
    }
}
