package io.tidemark.docs;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Compiles what documents show of Java. A block is a whole source file, a class without its imports, or statements, which may use
 * {@code vertx}, {@code target}, {@code options}, {@code checkpointers}, {@code retriever}, {@code meterRegistry}, {@code shard} and
 * {@code directory}.
 */
final class JavaBlocks {
    private static final Pattern TYPE =
            Pattern.compile("(?m)^(?:public |final )*(?:class|record|interface|enum) (\\w+)");
    private static final String IMPORTS =
            """
            import static java.nio.charset.StandardCharsets.UTF_8;
            import static java.nio.file.StandardOpenOption.*;
            import io.micrometer.core.instrument.MeterRegistry;
            import io.tidemark.checkpoint.*;
            import io.tidemark.metrics.CheckpointMeters;
            import io.tidemark.pressure.*;
            import io.tidemark.reload.*;
            import io.vertx.config.ConfigRetriever;
            import io.vertx.core.*;
            import io.vertx.core.json.JsonObject;
            import java.io.IOException;
            import java.nio.ByteBuffer;
            import java.nio.channels.FileChannel;
            import java.nio.file.*;
            import java.util.*;
            """;

    private JavaBlocks() {}

    /** What the compiler says against a block; empty if it compiles. */
    static String problems(String block) throws IOException {
        Path classes = Files.createTempDirectory("docs-java");
        try {
            return compile(block, classes);
        } finally {
            delete(classes);
        }
    }

    /**
     * Compiles a class and loads it.
     *
     * @param classes an empty directory, which must stay as long as the class is used
     */
    static Class<?> load(String block, Path classes) throws IOException, ClassNotFoundException {
        String said = compile(block, classes);
        if (!said.isEmpty()) {
            throw new IllegalArgumentException(said);
        }
        URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()}, JavaBlocks.class.getClassLoader());
        return loader.loadClass(typeName(block));
    }

    private static String compile(String block, Path classes) throws IOException {
        Path source = Files.writeString(classes.resolve(typeName(block) + ".java"), source(block));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        boolean compiled = compiler.getTask(
                        said,
                        null,
                        null,
                        List.of("-proc:none", "-nowarn", "-cp", classPath(), "-d", classes.toString()),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(source))
                .call();
        return compiled ? "" : said.toString();
    }

    private static String classPath() {
        String surefire = System.getProperty("surefire.test.class.path");
        return surefire != null ? surefire : System.getProperty("java.class.path", "");
    }

    private static String typeName(String block) {
        Matcher type = TYPE.matcher(block);
        return type.find() ? type.group(1) : "Statements";
    }

    private static String source(String block) {
        if (!TYPE.matcher(block).find()) {
            return IMPORTS
                    + "class Statements { void run(Vertx vertx, CheckpointTarget target, CheckpointOptions options,"
                    + " Checkpointers checkpointers, ConfigRetriever retriever, MeterRegistry meterRegistry, int shard,"
                    + " Path directory) throws Exception {\n" + block + "}}\n";
        }
        return block.startsWith("import ") || block.contains("\nimport ") ? block : IMPORTS + block;
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
