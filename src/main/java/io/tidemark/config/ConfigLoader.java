package io.tidemark.config;

import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Loads the configuration from all sources. Any thread; the file is read on a worker thread.
 *
 * <p>The values of the YAML file come through a {@link ConfigRetriever}; everything else is laid over them here.
 */
public final class ConfigLoader {
    private final Vertx vertx;

    /** Reads files by this Vert.x instance. */
    public ConfigLoader(Vertx vertx) {
        this.vertx = vertx;
    }

    /**
     * What was loaded.
     *
     * @param config the outcome
     * @param file the YAML file that was read; {@code null} if there was none
     * @param warnings what was ignored and why, one line each; for the log
     */
    public record Loaded(NodeConfig config, @Nullable Path file, List<String> warnings) {}

    /** Loads; fails with {@link ConfigException}, which names every problem in every source. */
    public Future<Loaded> load(ConfigSources sources) {
        return vertx.executeBlocking(() -> YamlFile.find(sources), false).compose(file -> load(sources, file));
    }

    private Future<Loaded> load(ConfigSources sources, YamlFile file) {
        ConfigMerge merge = new ConfigMerge();
        merge.unreadable(file.problems());
        Future<JsonObject> content = file.hasValues() ? retrieve(file) : Future.succeededFuture(new JsonObject());
        return content.map(json -> {
                    merge.yaml(file.display(), json, file::line);
                    return json;
                })
                .recover(cause -> {
                    merge.unreadable(List.of(file.display() + " can't be read: " + cause.getMessage()));
                    return Future.succeededFuture(new JsonObject());
                })
                .compose(json -> {
                    merge.environment(sources.environment());
                    merge.properties(sources.properties());
                    merge.settings(sources.settings());
                    try {
                        return Future.succeededFuture(new Loaded(merge.finish(), file.path(), merge.warnings()));
                    } catch (ConfigException refused) {
                        return Future.failedFuture(refused);
                    }
                });
    }

    private Future<JsonObject> retrieve(YamlFile file) {
        ConfigRetriever retriever = ConfigRetriever.create(vertx, retrieverOptions(file.absolute()));
        return retriever.getConfig().eventually(retriever::close);
    }

    /** How the values of a YAML file are retrieved: that file alone, without the environment as a whole. */
    static ConfigRetrieverOptions retrieverOptions(Path file) {
        return new ConfigRetrieverOptions()
                .setIncludeDefaultStores(false)
                .addStore(new ConfigStoreOptions()
                        .setType("file")
                        .setFormat("yaml")
                        .setConfig(new JsonObject().put("path", file.toString())));
    }

    /** The YAML file, if any, and the shape of what is in it. */
    private record YamlFile(@Nullable Path path, @Nullable YamlOutline outline, List<String> problems) {

        /** Blocks. */
        static YamlFile find(ConfigSources sources) {
            Path named = sources.namedFile();
            Path path = named == null ? sources.workingDirectory().resolve(ConfigSources.DEFAULT_FILE) : named;
            if (named == null && Files.notExists(path)) {
                return new YamlFile(null, null, List.of());
            }
            try {
                YamlOutline outline = YamlOutline.of(path.toString(), Files.readString(path));
                return new YamlFile(path, outline, outline.problems());
            } catch (CharacterCodingException notText) {
                return new YamlFile(path, null, List.of(path + " is not a text in UTF-8"));
            } catch (IOException unreadable) {
                return new YamlFile(path, null, List.of(path + ": " + reason(path, unreadable)));
            }
        }

        boolean hasValues() {
            return outline != null && problems.isEmpty() && !outline.isEmpty();
        }

        Path absolute() {
            return path == null ? Path.of("") : path.toAbsolutePath();
        }

        String display() {
            return path == null ? "no file" : path.toString();
        }

        String line(String key) {
            return outline == null ? "" : outline.line(key);
        }

        private static String reason(Path path, IOException unreadable) {
            if (Files.notExists(path)) {
                return "there is no such file; --config names the file to read";
            } else if (Files.isDirectory(path)) {
                return "this is a directory; --config takes a YAML file";
            }
            return "can't be read (" + unreadable.getMessage() + ")";
        }
    }
}
