package io.tidemark.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.files.AppendOnlyFiles;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verticle that src/docs/append-only-files.md shows is this one, and it does what is said there. */
class OrdersTest {
    private static final Path PROJECT =
            Path.of(System.getProperty("basedir", System.getProperty("tidemark.basedir", "")));
    private static final int MAX_LINES = 30;

    @TempDir
    Path directory;

    private Vertx vertx = Vertx.vertx();

    @AfterEach
    void closeVertx() throws Exception {
        await(vertx.close().otherwiseEmpty());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private String deploy(Path home) throws Exception {
        JsonObject config = new JsonObject().put("directory", home.toString());
        return await(vertx.deployVerticle(new Orders(), new DeploymentOptions().setConfig(config)));
    }

    private Future<Long> put(String customer) {
        return vertx.eventBus()
                .<Long>request("orders.put", new JsonObject().put("customer", customer))
                .map(reply -> reply.body());
    }

    @Test
    void docs_codeBlock_isThisSource() throws Exception {
        String source = Files.readString(PROJECT.resolve("src/test/java/io/tidemark/example/Orders.java"));
        String shown = between(source, "// docs:begin\n", "// docs:end");
        String page = Files.readString(PROJECT.resolve("src/docs/append-only-files.md"));
        assertThat(between(page, "```java\n", "```")).isEqualTo(shown);
        assertThat(shown.lines().filter(line -> !line.isBlank() && !line.startsWith("import")))
                .as("lines of code")
                .hasSizeLessThanOrEqualTo(MAX_LINES);
    }

    private static String between(String text, String begin, String end) {
        int from = text.indexOf(begin);
        assertThat(from).as(begin).isNotNegative();
        int to = text.indexOf(end, from + begin.length());
        assertThat(to).as(end).isNotNegative();
        return text.substring(from + begin.length(), to);
    }

    private static String customers(Path home) throws Exception {
        try (AppendOnlyFiles files = AppendOnlyFiles.open(home)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) files.length("customers"));
            files.read("customers", 0, bytes);
            return new String(bytes.array(), StandardCharsets.UTF_8);
        }
    }

    private Path killed() throws Exception {
        Path to = Files.createDirectory(directory.resolveSibling(directory.getFileName() + "-killed"));
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        return to;
    }

    @Test
    void put_answered_isThereAfterAKill() throws Exception {
        deploy(directory);
        assertThat(await(put("ann"))).isEqualTo(1);
        assertThat(await(put("bob"))).isEqualTo(2);
        Path killed = killed();
        assertThat(customers(killed)).isEqualTo("ann\nbob\n");
        await(vertx.close());
        vertx = Vertx.vertx();
        deploy(killed);
        assertThat(await(put("eve"))).as("positions go on").isEqualTo(3);
    }

    @Test
    void undeploy_whileOrdersComeIn_everyAnsweredOneIsOnDisk() throws Exception {
        String deployment = deploy(directory);
        List<Future<String>> answers = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            String customer = "customer " + i;
            answers.add(put(customer).map(customer));
            if (i == 200) {
                await(answers.get(0));
                vertx.undeploy(deployment);
            }
        }
        await(Future.join(answers).otherwiseEmpty());
        await(vertx.close());
        List<String> acknowledged =
                answers.stream().filter(Future::succeeded).map(Future::result).toList();
        assertThat(acknowledged).isNotEmpty();
        assertThat(customers(directory).lines()).containsAll(acknowledged);
    }

    @Test
    void deploy_directoryInUse_failsAndSaysSo() throws Exception {
        deploy(directory);
        assertThatThrownBy(() -> deploy(directory)).hasMessageContaining("is in use in this process");
    }
}
