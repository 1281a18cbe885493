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
 * What is written in the YAML stores of a retriever. The retriever shows what YAML makes of it alone, and that is 60 for
 * {@code 1:00}; so sections are judged by their text, by the rules of {@link YamlOutline}.
 *
 * <p>A retriever's stores are no part of its interface. Of a retriever that doesn't show them, and of formats other than
 * {@code yaml}, nothing is judged here.
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
        } catch (LinkageError notShown) {
            return new YamlStores(List.of());
        }
    }

    /** Reads them; fails with a line for each value of the sections that reads differently from what is written. */
    Future<Void> check(List<String> sections) {
        List<String> problems = new ArrayList<>();
        Future<Void> all = Future.succeededFuture();
        for (ConfigStore store : stores) {
            // an optional store may be missing; of another one the retriever has said so
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

    /** Apart, since its class may be out of reach. */
    private static final class Implementation {
        static List<ConfigStore> stores(ConfigRetriever retriever) {
            return retriever instanceof ConfigRetrieverImpl shown
                    ? shown.getProviders().stream()
                            .filter(provider -> provider.getProcessor() != null
                                    && provider.getProcessor().name().equals(YAML))
                            .map(ConfigurationProvider::getStore)
                            .toList()
                    : List.of();
        }
    }
}
