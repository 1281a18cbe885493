package io.tidemark.config;

import io.tidemark.reload.ReloadableSection;
import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Loads the configuration from all sources, at startup and again whenever the file changes. Any thread; the file is
 * read on a worker thread.
 *
 * <p>A {@link ConfigRetriever} supplies the bytes of the YAML file; all other sources are merged over them here, so a
 * later source wins whatever the file says.
 */
public final class ConfigLoader {
    private static final String BYTES = "bytes";
    private static final long NO_SCAN = 0;

    private final Vertx vertx;

    /** Reads files by this Vert.x instance. */
    public ConfigLoader(Vertx vertx) {
        this.vertx = vertx;
    }

    /** A loaded configuration. Immutable; it never prints the password. */
    public static final class Loaded {
        private final NodeConfig config;
        private final @Nullable Path file;
        private final List<String> warnings;
        private final JsonObject settings;
        private final Set<String> sections;

        private Loaded(ConfigMerge merge, @Nullable Path file, YamlText text) throws ConfigException {
            this.config = merge.finish();
            this.file = file;
            this.warnings = merge.warnings();
            this.settings = merge.settings();
            this.sections = sections(text);
        }

        /** The configuration. */
        public NodeConfig config() {
            return config;
        }

        /** The YAML file that was read; {@code null} if there was no file. */
        public @Nullable Path file() {
            return file;
        }

        /** What was ignored and why, one line each, to be logged. */
        public List<String> warnings() {
            return warnings;
        }

        /**
         * The keys whose changes require a restart, as the retriever of {@link ConfigLoader#watch} returns them; for
         * reports only.
         */
        public ReloadableSection fixedKeys() {
            return new FixedKeys(settings.getJsonObject(FixedKeys.SECTION));
        }

        private static Set<String> sections(YamlText text) {
            Set<String> present = new HashSet<>(ConfigKey.RELOADABLE_SECTIONS);
            present.removeIf(section -> !text.hasSection(section));
            return present;
        }
    }

    /** Loads; fails with {@link ConfigException}, which names every problem in all sources. */
    public Future<Loaded> load(ConfigSources sources) {
        return vertx.executeBlocking(() -> find(sources), false).compose(found -> {
            Path file = found.isEmpty() ? null : found.get(0);
            return (file == null ? Future.succeededFuture(YamlText.NONE) : read(file)).compose(text -> {
                try {
                    return Future.succeededFuture(merged(sources, file, text));
                } catch (ConfigException refused) {
                    return Future.failedFuture(refused);
                }
            });
        });
    }

    /**
     * Watches the file that was read at startup. The retriever returns the reloadable sections with the values a
     * restart would give them, and the other keys for {@link Loaded#fixedKeys}. It fails for a file that a start would
     * refuse, with every problem in the message, and for one that has lost a whole reloadable section: that is more
     * likely half a file than a request for defaults.
     *
     * @param start with a file
     * @param everyMs the poll period
     */
    public ConfigRetriever watch(ConfigSources sources, Loaded start, long everyMs) {
        Path file = start.file();
        if (file == null) {
            throw new IllegalArgumentException("no configuration file to watch");
        }
        Set<String> sections = new HashSet<>(start.sections);
        return retriever(file, everyMs).setConfigurationProcessor(read -> {
            YamlText text = YamlText.of(file.toString(), read.getBinary(BYTES));
            try {
                Loaded loaded = merged(sources, file, text);
                for (String section : sections) {
                    if (!loaded.sections.contains(section)) {
                        throw new IllegalArgumentException("section `" + section + "` is missing in " + file
                                + ", where it was before; an empty one, `" + section
                                + ": {}`, means the defaults");
                    }
                }
                sections.addAll(loaded.sections);
                return loaded.settings;
            } catch (ConfigException refused) {
                throw new IllegalArgumentException(String.join("; ", refused.problems()));
            }
        });
    }

    private static Loaded merged(ConfigSources sources, @Nullable Path file, YamlText text) throws ConfigException {
        ConfigMerge merge = new ConfigMerge();
        merge.unreadable(text.problems());
        merge.yaml(text.file(), text.values(), text::line);
        merge.environment(sources.environment());
        merge.properties(sources.properties());
        merge.settings(sources.settings());
        return new Loaded(merge, file, text);
    }

    private Future<YamlText> read(Path file) {
        ConfigRetriever retriever = retriever(file, NO_SCAN);
        return retriever
                .getConfig()
                .eventually(retriever::close)
                .map(read -> YamlText.of(file.toString(), read.getBinary(BYTES)))
                .recover(cause ->
                        vertx.executeBlocking(() -> YamlText.unreadable(file.toString(), reason(file, cause))));
    }

    /** Reads this file only, without the environment, as bytes: they are interpreted here. */
    private ConfigRetriever retriever(Path file, long everyMs) {
        return ConfigRetriever.create(
                vertx,
                new ConfigRetrieverOptions()
                        .setIncludeDefaultStores(false)
                        .setScanPeriod(everyMs)
                        .addStore(new ConfigStoreOptions()
                                .setType("file")
                                .setFormat("raw")
                                .setConfig(new JsonObject()
                                        .put("path", file.toAbsolutePath().toString())
                                        .put("raw.type", "binary")
                                        .put("raw.key", BYTES))));
    }

    /** Blocks. */
    private static List<Path> find(ConfigSources sources) {
        Path named = sources.namedFile();
        Path path = named == null ? sources.workingDirectory().resolve(ConfigSources.DEFAULT_FILE) : named;
        return named == null && Files.notExists(path) ? List.of() : List.of(path);
    }

    /** Blocks. */
    private static String reason(Path path, Throwable unreadable) {
        if (Files.notExists(path)) {
            return path + ": no such file; --config names the file to read";
        } else if (Files.isDirectory(path)) {
            return path + ": is a directory; --config takes a YAML file";
        }
        return path + ": can't be read (" + unreadable.getMessage() + ")";
    }
}
