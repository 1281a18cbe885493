package io.tidemark.violating.pressure;

import io.tidemark.violating.shard.ShardOptions;
import io.vertx.config.ConfigRetrieverOptions;
import java.nio.file.Files;
import java.nio.file.Path;

/** Breaks the rules on dependencies, files, names, sleeping, printing and clocks. Its package has no package-info. */
final class PressureHelper {
    private final ConfigRetrieverOptions optional = new ConfigRetrieverOptions();

    int breakAll(ShardOptions[] higherUp) throws InterruptedException {
        Thread.sleep(0);
        System.out.println(Files.exists(Path.of("/")));
        return (int) System.nanoTime() + higherUp.length + optional.getStores().size();
    }
}
