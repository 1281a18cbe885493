package io.tidemark.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.files.AppendOnlyFiles;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** README.md is a front page, and its library example runs from its own text. */
class FrontPageTest {
    private static final Path README = Document.project().resolve("README.md");

    @TempDir
    Path classes;

    @TempDir
    Path data;

    @TempDir
    Path killed;

    private static String example() throws Exception {
        return Document.read(README).blockAfter("<!-- example:library").text();
    }

    @Test
    void readme_hasAtMostTwoHundredLines() throws Exception {
        assertThat(Files.readAllLines(README)).hasSizeLessThanOrEqualTo(200);
    }

    @Test
    void libraryExample_hasAtMostThirtyLinesOfCode() throws Exception {
        assertThat(example().lines().filter(line -> !line.strip().matches("|//.*|/\\*\\*.*|\\*.*|import .*")))
                .hasSizeBetween(10, 30);
    }

    @Test
    void libraryExample_run_answersWhenTheOrderIsOnDisk() throws Exception {
        Deployable orders = (Deployable)
                JavaBlocks.load(example(), classes).getDeclaredConstructor().newInstance();
        Vertx vertx = Vertx.vertx();
        try {
            JsonObject config = new JsonObject().put("directory", data.toString());
            await(vertx.deployVerticle(orders, new DeploymentOptions().setConfig(config)));
            Message<Long> answer =
                    await(vertx.eventBus().request("orders.put", new JsonObject().put("customer", "ann")));
            assertThat(answer.body()).as("position").isEqualTo(1);
            copyOfData();
        } finally {
            await(vertx.close());
        }
        try (AppendOnlyFiles files = AppendOnlyFiles.open(killed)) {
            assertThat(files.position()).as("durable position").isEqualTo(1);
            assertThat(files.length("customers")).as("durable length").isEqualTo("ann\n".length());
        }
    }

    /** What a kill at this moment leaves. */
    private void copyOfData() throws Exception {
        try (Stream<Path> files = Files.list(data)) {
            for (Path file : files.toList()) {
                Files.copy(file, killed.resolve(file.getFileName()));
            }
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
