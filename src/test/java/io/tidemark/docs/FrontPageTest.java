package io.tidemark.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.checkpoint.SyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** README.md is a front page, and its library example runs from its own text. */
class FrontPageTest {
    private static final Path README = Document.project().resolve("README.md");

    @TempDir
    Path classes;

    @TempDir
    Path data;

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
    void libraryExample_run_makesItsLineDurable() throws Exception {
        Class<?> notes = JavaBlocks.load(example(), classes);
        Vertx vertx = Vertx.vertx();
        try {
            Constructor<?> open = notes.getDeclaredConstructor(Vertx.class, Path.class);
            Method demo = notes.getDeclaredMethod("demo", Vertx.class, notes);
            open.setAccessible(true);
            demo.setAccessible(true);
            Future<?> done = (Future<?>) demo.invoke(null, vertx, open.newInstance(vertx, data));
            SyncResult synced =
                    (SyncResult) done.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
            assertThat(synced.durableIndex()).as("durable index").isEqualTo(1);
            assertThat(synced.generation()).as("generation").isEqualTo(1);
            assertThat(data.resolve("NOTES")).hasContent("tea\n");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }
}
