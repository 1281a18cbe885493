package io.tidemark.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.checkpoint.CheckpointAddresses;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The node that the library guide shows is this one, and it does what is said there. */
class OrdersNodeTest {
    private static final Path PROJECT = Path.of(System.getProperty("basedir", ""));

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

    private String deploy() throws Exception {
        JsonObject config = new JsonObject()
                .put("directory", directory.toString())
                .put("checkpoint", new JsonObject().put("interval_ms", 3_600_000));
        return await(vertx.deployVerticle(new OrdersNode(), new DeploymentOptions().setConfig(config)));
    }

    private JsonObject request(String address, JsonObject body) throws Exception {
        return await(vertx.eventBus().<JsonObject>request(address, body)).body();
    }

    /** What a restart would find: the lines of {@code DATA} up to the position. */
    private List<String> durable(int shard) throws Exception {
        Path home = directory.resolve("shard-" + shard);
        String[] position = Files.readString(home.resolve("POSITION")).split(" ", -1);
        String data = Files.readString(home.resolve("DATA")).substring(0, Integer.parseInt(position[1]));
        List<String> lines = data.lines().toList();
        assertThat(lines).hasSize(Integer.parseInt(position[0]));
        return lines;
    }

    private List<String> durable() throws Exception {
        List<String> both = new ArrayList<>(durable(0));
        both.addAll(durable(1));
        return both;
    }

    @Test
    void libraryGuide_codeBlock_isThisSource() throws Exception {
        String source = Files.readString(PROJECT.resolve("src/test/java/io/tidemark/example/OrdersNode.java"));
        String shown = between(source, "// library.md:begin\n", "// library.md:end");
        String section = between(
                Files.readString(PROJECT.resolve("src/docs/library.md")),
                "## A node with a target of its own\n",
                "\n## ");
        assertThat(between(section, "```java\n", "```")).isEqualTo(shown);
    }

    private static String between(String text, String begin, String end) {
        int from = text.indexOf(begin);
        assertThat(from).as(begin).isNotNegative();
        int to = text.indexOf(end, from + begin.length());
        assertThat(to).as(end).isNotNegative();
        return text.substring(from + begin.length(), to);
    }

    @Test
    void visit_endsWithTheOrderOnDisk() throws Exception {
        await(OrdersNode.visit(vertx, directory.toString()));
        assertThat(durable()).containsExactly("{\"item\":\"tea\"}");
    }

    @Test
    void restart_afterACrash_goesOnAtTheDurablePosition() throws Exception {
        deploy();
        for (int i = 0; i < 20; i++) {
            request("orders.put", new JsonObject().put("item", "synced " + i));
        }
        request(CheckpointAddresses.syncAll("orders"), new JsonObject());
        JsonObject lost = request("orders.put", new JsonObject().put("item", "not synced"));
        Path crashed = copy(directory);
        await(vertx.close());

        vertx = Vertx.vertx();
        directory = crashed;
        deploy();
        JsonObject again = request("orders.put", new JsonObject().put("item", "not synced"));
        assertThat(again)
                .as("shard and index of the order that was not durable")
                .isEqualTo(lost);
        await(vertx.close());
        assertThat(durable())
                .hasSize(21)
                .filteredOn(line -> line.contains("not synced"))
                .hasSize(1);
    }

    private static Path copy(Path from) throws Exception {
        Path to = Files.createDirectory(from.resolveSibling(from.getFileName() + "-crashed"));
        try (var files = Files.walk(from)) {
            for (Path file : files.filter(each -> !each.equals(from)).toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
        return to;
    }

    @Test
    void put_malformed_isAnswered() throws Exception {
        deploy();
        assertThatThrownBy(() -> request("orders.put", new JsonObject())).hasMessageContaining("getString");
        assertThatThrownBy(() -> await(vertx.eventBus().request("orders.put", "tea")))
                .hasMessageContaining("cast");
    }

    @Test
    void configure_unknownOption_isRefusedByName() throws Exception {
        deploy();
        JsonObject bad = new JsonObject().put("checkpoint", new JsonObject().put("intervalMs", 5));
        assertThatThrownBy(() -> request("orders.configure", bad)).hasMessageContaining("intervalMs");
    }

    @Test
    void undeploy_whileOrdersComeIn_everyAnsweredOneIsOnDisk() throws Exception {
        String node = deploy();
        List<Future<String>> answered = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            String item = "order " + i;
            answered.add(vertx.eventBus()
                    .<JsonObject>request("orders.put", new JsonObject().put("item", item))
                    .map(item));
            if (i == 1_000) {
                vertx.undeploy(node);
            }
        }
        await(Future.join(answered).otherwiseEmpty());
        await(vertx.close());
        List<String> acknowledged =
                answered.stream().filter(Future::succeeded).map(Future::result).toList();
        System.out.printf("OrdersNodeTest: %d of 5,000 answered before the end%n", acknowledged.size());
        assertThat(acknowledged).hasSizeBetween(1, 4_999);
        assertThat(durable())
                .containsExactlyInAnyOrderElementsOf(acknowledged.stream()
                        .map(item -> new JsonObject().put("item", item).encode())
                        .toList());
    }
}
