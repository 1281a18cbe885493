package io.tidemark.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The text of a retriever's YAML stores, which only its implementation gives. An upgrade of vertx-config that hides it
 * fails here, instead of letting {@code 1:00} through as 60.
 */
class YamlStoresTest {
    private static String check(ConfigRetriever retriever, String... sections) throws Exception {
        try {
            YamlStores.of(retriever)
                    .check(List.of(sections))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
            return "";
        } catch (ExecutionException refused) {
            return String.valueOf(refused.getCause());
        } finally {
            retriever.close();
        }
    }

    private static ConfigStoreOptions file(Path path, String format) {
        return new ConfigStoreOptions()
                .setType("file")
                .setFormat(format)
                .setConfig(new JsonObject().put("path", path.toString()));
    }

    @Test
    void check_ofEveryYamlStore_namesEachValueThatYamlReadsDifferently(@TempDir Path dir) throws Exception {
        Path one = Files.writeString(dir.resolve("one.yaml"), "sizes: {a: 1:00}\nother: {a: 1:00}\n");
        Path two = Files.writeString(dir.resolve("two.yaml"), "sizes: {b: 0755}\n");
        Path json = Files.writeString(dir.resolve("three.json"), "{\"sizes\": {\"c\": 1}}");
        Vertx vertx = Vertx.vertx();
        try {
            ConfigRetriever retriever = ConfigRetriever.create(
                    vertx,
                    new ConfigRetrieverOptions()
                            .setIncludeDefaultStores(false)
                            .addStore(file(one, "yaml"))
                            .addStore(file(json, "json"))
                            .addStore(file(dir.resolve("missing.yaml"), "yaml").setOptional(true))
                            .addStore(file(two, "yaml")));
            assertThat(check(retriever, "sizes"))
                    .contains("`sizes.a` is 1:00", "which YAML reads as the whole number 60", "; `sizes.b` is 0755")
                    .doesNotContain("other");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void check_nothingToObjectTo_succeeds(@TempDir Path dir) throws Exception {
        Path one = Files.writeString(dir.resolve("one.yaml"), "sizes: {a: 60}\n");
        Vertx vertx = Vertx.vertx();
        try {
            ConfigRetriever retriever = ConfigRetriever.create(
                    vertx,
                    new ConfigRetrieverOptions().setIncludeDefaultStores(false).addStore(file(one, "yaml")));
            assertThat(check(retriever, "sizes")).isEmpty();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }
}
