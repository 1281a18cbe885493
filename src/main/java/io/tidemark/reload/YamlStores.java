package io.tidemark.reload;

import io.vertx.config.ConfigRetriever;
import io.vertx.config.impl.ConfigRetrieverImpl;
import io.vertx.config.impl.ConfigurationProvider;
import io.vertx.config.spi.ConfigStore;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The text of a retriever's YAML stores. The retriever itself shows only what YAML makes of the text, which is 60 for
 * {@code 1:00}; so sections are validated by their text, by the rules of {@link YamlOutline}.
 *
 * <p>A retriever's stores are not part of its public API. If they can't be accessed, or have a format other than {@code
 * yaml}, nothing is validated here.
 */
final class YamlStores {
    private static final String YAML = "yaml";

    private final List<ConfigStore> stores;

    private YamlStores(List<ConfigStore> stores) {
        this.stores = List.copyOf(stores);
    }

    static YamlStores of(ConfigRetriever retriever) {
        try {
            return new YamlStores(Implementation.stores(retriever));
        } catch (LinkageError noSuchClass) {
            return new YamlStores(List.of());
        }
    }

    /** Reads them; fails with one line for each value of the sections that YAML reads differently from its text. */
    Future<Void> check(List<String> sections) {
        List<String> problems = new ArrayList<>();
        Future<Void> all = Future.succeededFuture();
        for (ConfigStore store : stores) {
            // an optional store may be missing; the retriever itself reports any other failure
            all = all.compose(before -> store.get().otherwise(Buffer.buffer())).map(bytes -> {
                YamlOutline outline =
                        YamlOutline.of("the configuration", bytes.toString(StandardCharsets.UTF_8), key -> false);
                sections.forEach(section -> problems.addAll(outline.problemsOf(section)));
                return null;
            });
        }
        return all.compose(read -> problems.isEmpty()
                ? Future.succeededFuture()
                : Future.failedFuture(new IllegalArgumentException(String.join("; ", problems))));
    }

    /** Separate, since loading the class may fail. */
    private static final class Implementation {
        static List<ConfigStore> stores(ConfigRetriever retriever) {
            return retriever instanceof ConfigRetrieverImpl implementation
                    ? implementation.getProviders().stream()
                            .filter(provider -> provider.getProcessor() != null
                                    && provider.getProcessor().name().equals(YAML))
                            .map(ConfigurationProvider::getStore)
                            .toList()
                    : List.of();
        }
    }
}
