package io.tidemark.config;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Loads a configuration from the sources of a test; without any, the defaults. */
final class Loading {
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> properties = new HashMap<>();
    private final List<String> settings = new ArrayList<>();
    private Path workingDirectory = Path.of("/nonexistent");
    private @Nullable Path file;

    Loading file(@Nullable Path path) {
        file = path;
        return this;
    }

    Loading in(Path directory) {
        workingDirectory = directory;
        return this;
    }

    Loading env(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Loading property(String name, String value) {
        properties.put(name, value);
        return this;
    }

    Loading set(String setting) {
        settings.add(setting);
        return this;
    }

    NodeConfig config() throws Exception {
        return load().config();
    }

    List<String> problems() throws Exception {
        try {
            NodeConfig config = config();
            throw new AssertionError("expected to be refused, got " + config);
        } catch (ConfigException refused) {
            return refused.problems();
        }
    }

    ConfigLoader.Loaded load() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            return new ConfigLoader(vertx)
                    .load(new ConfigSources(file, workingDirectory, environment, properties, settings))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof ConfigException refused) {
                throw refused;
            }
            throw failed;
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }
}
