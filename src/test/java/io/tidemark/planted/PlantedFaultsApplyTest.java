package io.tidemark.planted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The planted faults of {@code src/it/planted} are up to date: each patch applies to the sources as they are, and the
 * test that is to catch it exists. Whether it does catch it is what {@code src/it/planted/run.sh} finds out.
 */
class PlantedFaultsApplyTest {
    private static final Path PROJECT = Path.of(System.getProperty("basedir", ""));
    private static final Path FOLDER = PROJECT.resolve("src/it/planted");

    /** A line of {@code faults.tsv}. */
    record Fault(String patch, String test, String assertion, String description) {
        static Fault parse(String line) {
            List<String> fields = List.of(line.split("\t", -1));
            assertThat(fields)
                    .as("fields of faults.tsv: patch, test, assertion text, fault, in: %s", line)
                    .hasSize(4)
                    .doesNotContain("");
            return new Fault(fields.get(0), fields.get(1), fields.get(2), fields.get(3));
        }

        @Override
        public String toString() {
            return patch;
        }
    }

    static List<Fault> faults() throws IOException {
        try (Stream<String> lines = Files.lines(FOLDER.resolve("faults.tsv"))) {
            return lines.filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(Fault::parse)
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("faults")
    void patch_appliesToTheSources(Fault fault) throws Exception {
        assumeTrue(gitIsInstalled(), "git is not installed");
        Process git = git(
                "apply", "--check", "--verbose", FOLDER.resolve(fault.patch()).toString());
        String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(git.waitFor())
                .as("%s no longer applies; make it anew against the present sources.%n%s", fault.patch(), said)
                .isZero();
        assertThat(said).as("git skips patches of paths that it does not know").contains("Checking patch");
        assertThat(said).doesNotContain("Skipped patch");
    }

    @ParameterizedTest
    @MethodSource("faults")
    void test_exists(Fault fault) throws ClassNotFoundException {
        assertThat(fault.test()).as("fully qualified Class#method").matches("[\\w.]+\\.\\w+#\\w+");
        String[] parts = fault.test().split("#", 2);
        Class<?> tested = Class.forName(parts[0], false, getClass().getClassLoader());
        assertThat(methodNames(tested)).as("methods of " + parts[0]).contains(parts[1]);
    }

    @Test
    void everyPatchInTheFolder_isListed() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            List<String> patches = files.map(each -> each.getFileName().toString())
                    .filter(each -> each.endsWith(".patch"))
                    .toList();
            assertThat(faults().stream().map(Fault::patch).distinct()).containsExactlyInAnyOrderElementsOf(patches);
        }
    }

    private static List<String> methodNames(Class<?> tested) {
        return Stream.<Class<?>>iterate(tested, each -> each != null, Class::getSuperclass)
                .flatMap(each -> Arrays.stream(each.getDeclaredMethods()))
                .map(java.lang.reflect.Method::getName)
                .toList();
    }

    private static boolean gitIsInstalled() throws InterruptedException {
        try {
            Process git = git("--version");
            git.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
            return git.waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static Process git(String... arguments) throws IOException {
        List<String> command =
                Stream.concat(Stream.of("git"), Arrays.stream(arguments)).toList();
        return new ProcessBuilder(command)
                .directory(PROJECT.toAbsolutePath().toFile())
                .redirectErrorStream(true)
                .start();
    }
}
