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
 * Loads the configuration from all sources, at the start and again whenever the file changes. Any thread; the file is read
 * on a worker thread.
 *
 * <p>The bytes of the YAML file come through a {@link ConfigRetriever}, and everything else is laid over them here, so
 * that what a later source fixes stays as it is whatever the file says.
 */
public final class ConfigLoader {
    private static final String BYTES = "bytes";
    private static final long NO_SCAN = 0;

    private final Vertx vertx;

    /** Reads files by this Vert.x instance. */
    public ConfigLoader(Vertx vertx) {
        this.vertx = vertx;
    }

    /** What was loaded. Immutable; it never prints the password. */
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

        /** The outcome. */
        public NodeConfig config() {
            return config;
        }

        /** The YAML file that was read; {@code null} if there was none. */
        public @Nullable Path file() {
            return file;
        }

        /** What was ignored and why, one line each; for the log. */
        public List<String> warnings() {
            return warnings;
        }

        /** The keys that take a restart, as the retriever of {@link ConfigLoader#watch} shows them; for reports alone. */
        public ReloadableSection fixedKeys() {
            return new FixedKeys(settings.getJsonObject(FixedKeys.SECTION));
        }

        private static Set<String> sections(YamlText text) {
            Set<String> there = new HashSet<>(ConfigKey.RELOADABLE_SECTIONS);
            there.removeIf(section -> !text.hasSection(section));
            return there;
        }
    }

    /** Loads; fails with {@link ConfigException}, which names every problem in every source. */
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
     * Watches the file that was read at the start. What the retriever gives has the reloadable sections as they would be
     * after a restart, and the rest for {@link Loaded#fixedKeys}. A file that a start would refuse fails, with every
     * problem in the message, and so does one that has lost a whole reloadable section: that is more likely to be half a
     * file than a wish for defaults.
     *
     * @param start with a file
     * @param everyMs how often the file is looked at
     */
    public ConfigRetriever watch(ConfigSources sources, Loaded start, long everyMs) {
        Path file = start.file();
        if (file == null) {
            throw new IllegalArgumentException("there is no file to watch");
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
                                + ": {}`, would mean the defaults");
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

    /** That file alone, without the environment as a whole, as bytes: what they mean is decided here. */
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
            return path + ": there is no such file; --config names the file to read";
        } else if (Files.isDirectory(path)) {
            return path + ": this is a directory; --config takes a YAML file";
        }
        return path + ": can't be read (" + unreadable.getMessage() + ")";
    }
}
