package io.tidemark.reload;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.tidemark.checkpoint.CheckpointAddresses;
import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.LoggerFactory;

/** A real file, watched by a real retriever on a Vert.x of its own, and everything that is reported about it. */
final class WatchedFile {
    static final int SCAN_MS = 20;

    final Vertx vertx = Vertx.vertx();
    final ConfigRetriever retriever;
    final AtomicInteger scans = new AtomicInteger();
    final List<JsonObject> seen = new CopyOnWriteArrayList<>();
    private final Path file;
    private final BlockingQueue<JsonObject> published = new LinkedBlockingQueue<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.tidemark.reload");
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    WatchedFile(Path file, String... stores) {
        this.file = file;
        retriever = ConfigRetriever.create(
                        vertx,
                        new ConfigRetrieverOptions()
                                .setIncludeDefaultStores(false)
                                .setScanPeriod(SCAN_MS)
                                .addStore(new ConfigStoreOptions()
                                        .setType("file")
                                        .setFormat("yaml")
                                        .setConfig(new JsonObject().put("path", file.toString()))))
                .setBeforeScanHandler(nothing -> scans.incrementAndGet());
        retriever.listen(change -> seen.add(change.getNewConfiguration()));
        for (String store : stores) {
            vertx.eventBus()
                    .<JsonObject>localConsumer(CheckpointAddresses.config(store), event -> published.add(event.body()));
        }
        logger.setLevel(Level.INFO);
        log.start();
        logger.addAppender(log);
        ((Logger) LoggerFactory.getLogger("io.vertx.config")).setLevel(Level.OFF);
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** Replaces the file atomically. */
    void replace(String text) throws IOException {
        Path replacement = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(replacement, text);
        Files.move(replacement, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Empties the file and rewrites it. */
    void rewrite(String text) throws IOException {
        Files.writeString(file, text);
    }

    /** The next outcome that was published, without its publisher. */
    JsonObject outcome() throws InterruptedException {
        JsonObject outcome = published.poll(20, TimeUnit.SECONDS);
        assertThat(outcome).as("an outcome within 20 s").isNotNull();
        assertThat(outcome.remove("node")).as("a node without a name").isEqualTo("");
        assertThat((String) outcome.remove("instance")).as("its identity").hasSizeGreaterThan(20);
        return outcome;
    }

    /** Waits for this many more scans of the retriever, and returns all outcomes published since the last call of {@link #outcome}. */
    List<JsonObject> outcomesAfterScans(int howMany) throws InterruptedException {
        int until = scans.get() + howMany;
        long noSoonerNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos((long) howMany * SCAN_MS);
        while (scans.get() < until || System.nanoTime() - noSoonerNanos < 0) { // late ones come all at once
            TimeUnit.MILLISECONDS.sleep(1);
        }
        return List.copyOf(published);
    }

    /** What was logged at this level; clears it. */
    List<String> logged(Level level) {
        List<String> lines = List.copyOf(log.list).stream()
                .filter(event -> event.getLevel() == level)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
        log.list.clear();
        return lines;
    }

    /** Ends the watching and its Vert.x. */
    void end() throws Exception {
        logger.detachAppender(log);
        await(retriever.close());
        await(vertx.close());
    }
}
