package io.tidemark.it;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.jar.JarFile;

/** The two jars that {@code mvn package} makes; a test that asks for one that isn't there is left out. */
final class Jars {
    private Jars() {}

    /** The library alone. */
    static Path library() {
        return packaged(System.getProperty("tidemark.library", "target/tidemark.library.jar"));
    }

    /** The node with all that it needs. */
    static Path node() {
        return packaged(System.getProperty("tidemark.jar", "target/tidemark.jar"));
    }

    /** An entry, as text. */
    static String text(JarFile jar, String name) throws IOException {
        try (var in = jar.getInputStream(Objects.requireNonNull(jar.getEntry(name), name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Path packaged(String name) {
        Path jar = Path.of(name).toAbsolutePath();
        assumeThat(Files.isRegularFile(jar))
                .as("%s, which mvn package makes", jar)
                .isTrue();
        return jar;
    }
}
