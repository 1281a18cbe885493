package io.tidemark.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.config.ConfigKey;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every code block of the documents is right by its language, and what code spans name is there. */
class CodeBlocksTest {
    private static final Pattern TEST_NAME = Pattern.compile("`(\\w+(?:Test|IT))(?:#\\w+)?`");
    private static final Pattern METHOD = Pattern.compile("`([A-Z][a-z]\\w+)\\.([a-z]\\w*)[(`]");
    private static final Pattern FILE_NAME = Pattern.compile("`((?:src|config|docker|findings)/[\\w./-]+)[ `]");
    private static final Pattern PROPERTY = Pattern.compile("-D([a-z][\\w.]*)");

    private static final Vertx VERTX = Vertx.vertx();
    private static Sources sources;

    @BeforeAll
    static void read() throws IOException {
        sources = Sources.read();
    }

    @AfterAll
    static void close() {
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    private static List<String> problems(String markdown) throws IOException {
        return new CodeBlocks(sources, VERTX).problems(List.of(Document.of(Path.of("page.md"), markdown)));
    }

    private static List<String> problemsOf(String language, String text) throws IOException {
        return problems("# Page\n```" + language + "\n" + text + "\n```\n");
    }

    @Test
    void blocks_ofAllDocuments_areRight() throws IOException {
        List<Document> all = Document.all();
        assertThat(all.stream().flatMap(each -> each.blocks().stream()).map(Document.Block::language))
                .contains("java", "yaml", "json", "xml", "sh", "console", "text");
        assertThat(new CodeBlocks(sources, VERTX).problems(all)).isEmpty();
    }

    @Test
    void codeSpans_ofAllDocuments_nameWhatIsThere() throws IOException {
        List<String> problems = new ArrayList<>();
        for (Document document : Document.all()) {
            problems.addAll(named(document));
        }
        assertThat(problems).isEmpty();
    }

    private static List<String> named(Document document) throws IOException {
        List<String> problems = new ArrayList<>();
        for (String line : document.prose()) {
            Matcher test = TEST_NAME.matcher(line);
            while (test.find()) {
                if (!sources.hasClass(test.group(1)) && !ShellBlocks.isHere(test.group(1))) {
                    problems.add(document.path().getFileName() + ": no test " + test.group(1));
                }
            }
            Matcher method = METHOD.matcher(line);
            while (method.find()) {
                if (!sources.hasMethod(method.group(1), method.group(2))) {
                    problems.add(
                            document.path().getFileName() + ": no method " + method.group(1) + "." + method.group(2));
                }
            }
            Matcher file = FILE_NAME.matcher(line);
            while (file.find()) {
                if (!Document.project().resolve(file.group(1)).toFile().exists()) {
                    problems.add(document.path().getFileName() + ": no file " + file.group(1));
                }
            }
            Matcher property = PROPERTY.matcher(line);
            while (property.find()) {
                if (!ShellBlocks.isProperty(property.group(1), sources) && !isKey(property.group(1))) {
                    problems.add(document.path().getFileName() + ": nobody reads the property " + property.group(1));
                }
            }
        }
        return problems;
    }

    private static boolean isKey(String property) {
        return Arrays.stream(ConfigKey.values())
                .anyMatch(key -> key.systemProperty().equals(property));
    }

    @Test
    void codeSpans_ofABrokenDocument_areNamed() throws IOException {
        assertThat(named(Document.of(
                        Path.of("page.md"),
                        "`GoneTest` `LinksTest` `DirtyCounter.mark` `DirtyCounter.gone()` `src/gone.txt` `src/it/planted/run.sh` `-Dtidemark.gone=1`"
                                + " `-Dtidemark.sim.seed=1` `-Dtidemark.data_dir=x`\n")))
                .containsExactly(
                        "page.md: no test GoneTest",
                        "page.md: no method DirtyCounter.gone",
                        "page.md: no file src/gone.txt",
                        "page.md: nobody reads the property" + " tidemark.gone");
    }

    @Test
    void java_thatDoesNotCompile_isNamed() throws IOException {
        assertThat(problemsOf("java", "int x = \"text\";"))
                .singleElement()
                .asString()
                .contains("page.md:2", "incompatible");
        assertThat(problemsOf("java", "final class A implements CheckpointTarget {}"))
                .singleElement()
                .asString()
                .contains("not abstract");
        assertThat(problemsOf("java", "import gone.Gone;\nclass A {}"))
                .singleElement()
                .asString()
                .contains("gone");
        assertThat(problemsOf("java", "checkpointers.syncNow(shard);")).isEmpty();
    }

    @Test
    void yaml_thatANodeRefuses_isNamed() throws IOException {
        assertThat(problemsOf("yaml", "checkpoint:\n  intervalMs: 5"))
                .singleElement()
                .asString()
                .contains("page.md:2", "intervalMs");
        assertThat(problemsOf("yaml", "shards: 0")).singleElement().asString().contains("shards");
        assertThat(problemsOf("yaml", "shards: 3")).isEmpty();
    }

    @Test
    void jsonAndXml_malformed_areNamed() throws IOException {
        assertThat(problemsOf("json", "{\"a\": 1,}")).singleElement().asString().contains("page.md:2", "not JSON");
        assertThat(problemsOf("json", "{\"a\": …}")).hasSize(1);
        assertThat(problemsOf("xml", "<a><b></a>")).singleElement().asString().contains("page.md:2", "not XML");
        assertThat(problemsOf("xml", "<d><artifactId>tidemark</artifactId><version>9.9</version></d>"))
                .singleElement()
                .asString()
                .contains("not 9.9");
    }

    @Test
    void sh_thatNamesWhatIsNotThere_isNamed() throws IOException {
        assertThat(problemsOf("sh", "if true")).singleElement().asString().contains("page.md:2", "bash");
        assertThat(problemsOf("sh", "java -jar target/node.jar run"))
                .singleElement()
                .asString()
                .contains("target/node.jar");
        assertThat(problemsOf("sh", "java -jar target/tidemark.jar start"))
                .singleElement()
                .asString()
                .contains("start");
        assertThat(problemsOf("sh", "mvn -Pgone test -Dtest=GoneTest -Dgone.too=1"))
                .containsExactly(
                        "page.md:2: no profile gone",
                        "page.md:2: no test GoneTest",
                        "page.md:2: nobody reads the property" + " gone.too");
        assertThat(problemsOf("sh", "mvn surefire:test@gone"))
                .singleElement()
                .asString()
                .contains("gone");
        assertThat(problemsOf("sh", "src/it/gone.sh # src/it/comment.sh"))
                .containsExactly("page.md:2: no file src/it/gone.sh");
        assertThat(problemsOf("sh", "git diff > src/it/planted/my-fault.patch")).isEmpty();
        assertThat(problemsOf("sh", "mvn com.diffplug.spotless:spotless-maven-plugin:0.0.1:apply"))
                .hasSize(1);
        assertThat(problemsOf("console", "$ java -jar target/tidemark.jar stop\nwhatever ("))
                .hasSize(1);
    }

    @Test
    void block_ofAnotherLanguage_isNamed() throws IOException {
        assertThat(problemsOf("cobol", "x")).singleElement().asString().contains("no check");
        assertThat(problemsOf("", "x")).singleElement().asString().contains("no check");
    }
}
