package io.tidemark.docs;

import io.tidemark.config.ConfigException;
import io.tidemark.config.ConfigLoader;
import io.tidemark.config.ConfigSources;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Checks code blocks, each by its language. A language that has no check is a problem. */
final class CodeBlocks {
    private static final Pattern COORDINATES =
            Pattern.compile("<artifactId>tidemark</artifactId>\\s*<version>([^<]*)</version>");

    private final Sources sources;
    private final Vertx vertx;

    CodeBlocks(Sources sources, Vertx vertx) {
        this.sources = sources;
        this.vertx = vertx;
    }

    List<String> problems(List<Document> documents) throws IOException {
        List<String> problems = new ArrayList<>();
        for (Document document : documents) {
            for (Document.Block block : document.blocks()) {
                for (String problem : problems(block)) {
                    problems.add(document.at(block.line()) + ": " + problem);
                }
            }
        }
        return problems;
    }

    private List<String> problems(Document.Block block) throws IOException {
        return switch (block.language()) {
            case "text" -> List.of();
            case "java" -> listed(JavaBlocks.problems(block.text()));
            case "yaml" -> yaml(block.text());
            case "json" -> json(block.text());
            case "xml" -> xml(block.text());
            case "sh" -> ShellBlocks.problems(block.text(), sources);
            case "console" -> ShellBlocks.problems(commands(block.text()), sources);
            default -> List.of("no check for the language `" + block.language() + "`");
        };
    }

    private static List<String> listed(String problem) {
        return problem.isEmpty() ? List.of() : List.of(problem.strip());
    }

    /** What is typed in a console. */
    static String commands(String console) {
        StringBuilder commands = new StringBuilder();
        console.lines().filter(line -> line.startsWith("$ ")).forEach(line -> commands.append(line.substring(2))
                .append('\n'));
        return commands.toString();
    }

    /** As the file of a node. */
    private List<String> yaml(String text) throws IOException {
        Path file = Files.createTempFile("docs", ".yaml");
        try {
            Files.writeString(file, text);
            new ConfigLoader(vertx)
                    .load(new ConfigSources(file, file.resolveSibling("none"), Map.of(), Map.of(), List.of()))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
            return List.of();
        } catch (CompletionException refused) {
            return refused.getCause() instanceof ConfigException problems
                    ? problems.problems()
                    : List.of(String.valueOf(refused.getCause()));
        } finally {
            Files.delete(file);
        }
    }

    private static List<String> json(String text) {
        try {
            Json.decodeValue(text);
            return List.of();
        } catch (DecodeException malformed) {
            return List.of("not JSON: " + malformed.getMessage());
        }
    }

    /** Well-formed; and what it says of this project's version is so. */
    private List<String> xml(String text) throws IOException {
        try {
            var parser = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder();
            parser.setErrorHandler(null); // or it prints
            parser.parse(new InputSource(new StringReader(text)));
        } catch (SAXException malformed) {
            return List.of("not XML: " + malformed.getMessage());
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
        Matcher shown = COORDINATES.matcher(text);
        Matcher own = COORDINATES.matcher(sources.pom());
        return shown.find() && own.find() && !shown.group(1).equals(own.group(1))
                ? List.of("the version is " + own.group(1) + ", not " + shown.group(1))
                : List.of();
    }
}
