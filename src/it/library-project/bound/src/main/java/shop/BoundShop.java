package shop;

import static shop.Steps.await;
import static shop.Steps.check;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.Checkpointers;
import io.tidemark.checkpoint.DirtyCounter;
import io.tidemark.metrics.CheckpointMeters;
import io.tidemark.reload.CheckpointReload;
import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;

/** One store that follows a configuration file and registers its meters in the registry of Vert.x. */
public final class BoundShop {
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        Path file = directory.resolve("shop.yaml");
        Files.writeString(file, "checkpoint:\n  interval_ms: 3600000\n");

        MeterRegistry registry = new SimpleMeterRegistry();
        Vertx vertx = Vertx.builder()
                .with(new VertxOptions().setMetricsOptions(new MicrometerMetricsOptions().setEnabled(true)))
                .withMetrics(new MicrometerMetricsFactory(registry))
                .build();
        ConfigRetriever retriever = ConfigRetriever.create(
                vertx,
                new ConfigRetrieverOptions()
                        .setIncludeDefaultStores(false)
                        .setScanPeriod(200)
                        .addStore(new ConfigStoreOptions()
                                .setType("file")
                                .setFormat("yaml")
                                .setConfig(new JsonObject().put("path", file.toString()))));
        JsonObject first = await(retriever.getConfig());

        Shelf shelf = new Shelf(directory.resolve("orders-0"), DirtyCounter.of(vertx, "orders", 0));
        Checkpointers checkpointers = await(Checkpointers.deploy(
                vertx, "orders", new CheckpointOptions(first.getJsonObject("checkpoint")), List.of(shelf)));
        CheckpointReload.bind(vertx, retriever, "checkpoint", checkpointers);
        CheckpointMeters.bind(registry, checkpointers);

        await(checkpointers.syncNow());
        shelf.put(new byte[100]);
        double dirtyBytes =
                registry.get("tidemark.dirty.bytes").tag("shard", "0").gauge().value();
        check("100 dirty bytes, not " + dirtyBytes, dirtyBytes == 100);

        Path fresh = directory.resolve("shop.yaml.new");
        Files.writeString(fresh, "checkpoint:\n  interval_ms: 50\n  idle_ms: 0\n");
        Files.move(fresh, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        awaitTrue("a tick of the interval in the file", () -> shelf.durable == 1);
        awaitTrue(
                "no dirty bytes",
                () -> registry.get("tidemark.dirty.bytes").gauge().value() == 0);
        awaitTrue(
                "a generation was counted",
                () -> registry.find("tidemark.checkpoint.duration").timers().stream()
                                .mapToLong(timer -> timer.count())
                                .sum()
                        >= 2);

        await(retriever.close()); // otherwise it may read the file again while Vert.x closes
        await(checkpointers.close());
        await(vertx.close());
        System.out.println("followed the file and registered meters; every check held");
    }

    private static void awaitTrue(String what, BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 500 && !condition.getAsBoolean(); i++) {
            Thread.sleep(20);
        }
        check(what, condition.getAsBoolean());
    }
}
