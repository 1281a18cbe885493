package io.tidemark.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the packaged node says of the licences of what it holds; a library that is added must be named there. */
class JarLicencesIT {
    private static final Pattern SHADED =
            Pattern.compile("META-INF/maven/(?!io\\.tidemark/)([^/]+)/([^/]+)/pom\\.properties");

    private final Path jar = Path.of(System.getProperty("tidemark.jar", "target/tidemark.jar"));

    @BeforeEach
    void packaged() {
        assumeThat(Files.isRegularFile(jar))
                .as("%s, which mvn package makes", jar)
                .isTrue();
    }

    private static String text(JarFile jar, String name) throws IOException {
        try (var in = jar.getInputStream(Objects.requireNonNull(jar.getEntry(name), name))) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    @Test
    void nodeJar_namesEveryLibraryThatItHolds_andKeepsTheirNotices() throws IOException {
        try (JarFile node = new JarFile(jar.toFile())) {
            String thirdParty = text(node, "META-INF/THIRD-PARTY.txt");
            assertThat(node.stream()
                            .map(entry -> SHADED.matcher(entry.getName()))
                            .filter(found -> found.matches()))
                    .hasSizeGreaterThan(20)
                    .allSatisfy(found -> assertThat(thirdParty).contains(found.group(1) + ":" + found.group(2) + " "));
            assertThat(text(node, "META-INF/LICENSE")).contains("Apache License", "Version 2.0, January 2004");
            assertThat(text(node, "META-INF/NOTICE")).startsWith("Tidemark").contains("Jackson", "Micrometer");
            assertThat(text(node, "META-INF/LICENSE.txt")).contains("QOS.ch", "Gil Tene");
        }
    }

    @Test
    void libraryJar_hasItsLicenceAndNotice_andNothingOfOthers() throws IOException {
        try (var jars = Files.newDirectoryStream(
                Objects.requireNonNull(jar.toAbsolutePath().getParent()), "tidemark-*.jar")) {
            for (Path each : jars) {
                if (each.toString().endsWith("-node.jar")) {
                    continue;
                }
                try (JarFile library = new JarFile(each.toFile())) {
                    assertThat(text(library, "META-INF/LICENSE")).contains("Apache License");
                    assertThat(text(library, "META-INF/NOTICE"))
                            .startsWith("Tidemark")
                            .doesNotContain("Jackson");
                    assertThat(library.stream().filter(entry -> entry.getName().endsWith(".class")))
                            .allSatisfy(entry -> assertThat(entry.getName()).startsWith("io/tidemark/"));
                }
            }
        }
    }
}
