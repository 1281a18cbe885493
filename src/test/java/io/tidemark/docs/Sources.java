package io.tidemark.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The project's files, as far as documents name them: which there are, and what they contain. Read once. */
final class Sources {
    private final List<Path> files;
    private final String pom;
    private final String text;

    private Sources(List<Path> files, String pom, String text) {
        this.files = files;
        this.pom = pom;
        this.text = text;
    }

    /** All that is below {@code src} but the documents, and the POM. */
    static Sources read() throws IOException {
        Path project = Document.project();
        List<Path> files;
        try (Stream<Path> all = Files.walk(project.resolve("src"))) {
            files = all.filter(Files::isRegularFile)
                    .filter(file -> file.toString().matches(".*\\.(java|sh|xml)"))
                    .filter(file -> !file.toString().contains("io/tidemark/docs/"))
                    .toList();
        }
        StringBuilder text = new StringBuilder();
        for (Path file : files) {
            text.append(Files.readString(file));
        }
        return new Sources(files, Files.readString(project.resolve("pom.xml")), text.toString());
    }

    /** Whether a class of that simple name is in a file of its own. */
    boolean hasClass(String name) {
        return files.stream().anyMatch(file -> file.endsWith(name + ".java"));
    }

    /** Whether the file of a class contains a method or a call of that name. */
    boolean hasMethod(String type, String method) throws IOException {
        for (Path file : files) {
            if (file.endsWith(type + ".java")) {
                return Files.readString(file).contains(" " + method + "(");
            }
        }
        return false;
    }

    /** Whether the sources or the POM contain a text. */
    boolean contain(String part) {
        return text.contains(part) || pom.contains(part);
    }

    String pom() {
        return pom;
    }
}
