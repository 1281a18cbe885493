package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the packaged node says of the licences of what it holds; a library that is added must be named there. */
class JarLicencesIT {
    private static final Pattern SHADED =
            Pattern.compile("META-INF/maven/(?!io\\.tidemark/)([^/]+)/([^/]+)/pom\\.properties");

    @Test
    void nodeJar_namesEveryLibraryThatItHolds_andKeepsTheirNotices() throws IOException {
        try (JarFile node = new JarFile(Jars.node().toFile())) {
            String thirdParty = Jars.text(node, "META-INF/THIRD-PARTY.txt");
            assertThat(node.stream()
                            .map(entry -> SHADED.matcher(entry.getName()))
                            .filter(found -> found.matches()))
                    .hasSizeGreaterThan(20)
                    .allSatisfy(found -> assertThat(thirdParty).contains(found.group(1) + ":" + found.group(2) + " "));
            assertThat(Jars.text(node, "META-INF/LICENSE")).contains("Apache License", "Version 2.0, January 2004");
            assertThat(Jars.text(node, "META-INF/NOTICE"))
                    .startsWith("Tidemark")
                    .contains("Jackson", "Micrometer");
            assertThat(Jars.text(node, "META-INF/LICENSE.txt")).contains("QOS.ch", "Gil Tene");
        }
    }

    @Test
    void libraryJar_hasItsLicenceAndNotice_andNothingOfOthers() throws IOException {
        try (JarFile library = new JarFile(Jars.library().toFile())) {
            assertThat(Jars.text(library, "META-INF/LICENSE")).contains("Apache License");
            assertThat(Jars.text(library, "META-INF/NOTICE"))
                    .startsWith("Tidemark")
                    .doesNotContain("Jackson");
        }
    }
}
