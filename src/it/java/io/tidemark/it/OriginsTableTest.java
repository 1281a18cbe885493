package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** Each row of the table of origins names tests, and they exist. */
class OriginsTableTest {
    private static final Path PROJECT = Path.of(System.getProperty("basedir", ""));
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static List<OriginsTable.Row> table() throws IOException {
        return OriginsTable.read(Files.readAllLines(PROJECT.resolve(OriginsTable.FILE)));
    }

    @Test
    void rows_allNameTests() throws IOException {
        assertThat(table()).hasSizeGreaterThan(15);
        assertThat(table())
                .allSatisfy(row -> assertThat(row.tests()).as(row.says()).isNotEmpty());
    }

    @Test
    void namedTests_exist() throws Exception {
        for (OriginsTable.Row row : table()) {
            for (OriginsTable.Named test : row.tests()) {
                List<Class<?>> types = types(test.type());
                assertThat(types).as("classes named " + test.type()).hasSize(1);
                assertThat(Arrays.stream(types.get(0).getDeclaredMethods())
                                .filter(method -> method.getName().equals(test.method())))
                        .as("methods named " + test)
                        .hasSize(1)
                        .allMatch(method -> AnnotationSupport.isAnnotated(method, Testable.class));
            }
        }
    }

    private static List<Class<?>> types(String simpleName) throws Exception {
        List<Class<?>> found = new ArrayList<>();
        for (String root : List.of("src/test/java", "src/it/java")) {
            Path sources = PROJECT.resolve(root);
            try (Stream<Path> files = Files.walk(sources)) {
                for (Path file : files.filter(each -> each.endsWith(simpleName + ".java"))
                        .toList()) {
                    String name = sources.relativize(file).toString().replace('/', '.');
                    found.add(Class.forName(name.substring(0, name.length() - ".java".length())));
                }
            }
        }
        return found;
    }

    @Test
    void problem_everyKindOfReport_isTold(@TempDir Path dir) throws Exception {
        Path report = dir.resolve("TEST-io.tidemark.a.SomeTest.xml");
        Files.writeString(
                report,
                """
                <testsuite>
                  <testcase name="passes" classname="io.tidemark.a.SomeTest" time="0.1"/>
                  <testcase name="withParameters(String, long)[1]" classname="io.tidemark.a.SomeTest"/>
                  <testcase name="withParameters(String, long)[2]" classname="io.tidemark.a.SomeTest"/>
                  <testcase name="withOneBad(String)[1]" classname="io.tidemark.a.SomeTest"/>
                  <testcase name="withOneBad(String)[2]" classname="io.tidemark.a.SomeTest"><failure/></testcase>
                  <testcase name="errs" classname="io.tidemark.a.SomeTest"><error/></testcase>
                  <testcase name="skips" classname="io.tidemark.a.SomeTest"><skipped message="no strace"/></testcase>
                </testsuite>
                """);
        List<Path> reports = List.of(report);
        Files.setLastModifiedTime(report, FileTime.from(START.plusSeconds(5)));
        assertThat(problem("SomeTest", "passes", reports)).isEmpty();
        assertThat(problem("SomeTest", "withParameters", reports)).isEmpty();
        assertThat(problem("SomeTest", "withOneBad", reports)).isEqualTo("failed");
        assertThat(problem("SomeTest", "errs", reports)).isEqualTo("failed");
        assertThat(problem("SomeTest", "skips", reports)).isEqualTo("was skipped");
        assertThat(problem("SomeTest", "pass", reports)).isEqualTo("did not run");
        assertThat(problem("OtherTest", "passes", reports)).isEqualTo("did not run");
        assertThat(problem("Test", "passes", reports)).isEqualTo("did not run");
        Files.setLastModifiedTime(report, FileTime.from(START.minusSeconds(5)));
        assertThat(problem("SomeTest", "passes", reports))
                .as("of another build")
                .isEqualTo("did not run");
    }

    private static String problem(String type, String method, List<Path> reports) throws Exception {
        return OriginsTable.problem(new OriginsTable.Named(type, method), reports, START);
    }
}
