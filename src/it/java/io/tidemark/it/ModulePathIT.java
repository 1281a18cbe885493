package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The projects of {@code src/it/library-project} as modules: compiled and run on the module path, with the thin jar. */
class ModulePathIT {
    private static final long LIMIT_S = 60;

    /** What the library's POM brings. */
    private static final String LIBRARY = "vertx-core|vertx-core-logging|netty-.*|jackson-core|slf4j-api";

    private static final String BINDINGS = LIBRARY
            + "|vertx-config|vertx-config-yaml|snakeyaml|vertx-micrometer-metrics|micrometer-(core|commons|observation)"
            + "|HdrHistogram|LatencyUtils|vertx-web|vertx-web-common|vertx-auth-common|vertx-bridge-common";

    private final Path projects =
            Path.of(System.getProperty("tidemark.basedir", ".")).resolve("src/it/library-project");

    @TempDir
    Path scratch;

    @Test
    void library_onTheModulePath_needsNoOptionalModule() throws Exception {
        String modulePath = modulePath(LIBRARY);
        compile(modulePath, sources("plain"));
        assertThat(run(modulePath, "shop/shop.Shop")).contains("every check held");
    }

    @Test
    void bindings_onTheModulePath_followAFileAndShowMeters() throws Exception {
        String modulePath = modulePath(BINDINGS);
        List<Path> sources = new ArrayList<>(sources("bound"));
        sources.add(projects.resolve("plain/src/main/java/shop/Shelf.java"));
        sources.add(projects.resolve("plain/src/main/java/shop/Steps.java"));
        compile(modulePath, sources);
        assertThat(run(modulePath, "shop/shop.BoundShop")).contains("every check held");
    }

    private static String modulePath(String names) {
        Pattern jar = Pattern.compile("(" + names + ")-[0-9][^/]*\\.jar");
        return Stream.concat(
                        Stream.of(Jars.library().toString()),
                        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                                .filter(each -> jar.matcher(
                                                Path.of(each).getFileName().toString())
                                        .matches()))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private List<Path> sources(String project) throws IOException {
        try (Stream<Path> walk = Files.walk(projects.resolve(project).resolve("src/main"))) {
            return walk.filter(each -> each.toString().endsWith(".java")).toList();
        }
    }

    private void compile(String modulePath, List<Path> sources) {
        List<String> words = new ArrayList<>(
                List.of("-p", modulePath, "-d", scratch.resolve("classes").toString(), "--release", "17"));
        sources.forEach(each -> words.add(each.toString()));
        StringWriter said = new StringWriter();
        PrintWriter printer = new PrintWriter(said);
        int code = ToolProvider.findFirst("javac").orElseThrow().run(printer, printer, words.toArray(String[]::new));
        assertThat(code).as("%s", said).isZero();
    }

    private String run(String modulePath, String main) throws IOException, InterruptedException {
        Path data = Files.createDirectory(scratch.resolve("data"));
        Path output = scratch.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-p",
                        scratch.resolve("classes") + File.pathSeparator + modulePath,
                        "-m",
                        main,
                        data.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(LIMIT_S, TimeUnit.SECONDS))
                    .as("ended within %s s", LIMIT_S)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(output);
        assertThat(process.exitValue()).as("%s", said).isZero();
        return said;
    }
}
