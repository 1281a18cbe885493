package io.tidemark.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The parts of documents that are written by a test: between a line with a mark and {@code <!-- generated:end -->}. */
final class Generated {
    /** The system property that has them written instead of compared. */
    static final String WRITE = "tidemark.docs.write";

    private static final String END = "<!-- generated:end -->";

    private Generated() {}

    /**
     * Compares what a document has with what it should have, or writes it if {@link #WRITE} is {@code true}.
     *
     * @param mark the part is named so, as in {@code <!-- generated:keys, ...}
     * @param test the test that writes it, for the message
     */
    static void check(Path document, String mark, String expected, Class<?> test) throws IOException {
        if (Boolean.getBoolean(WRITE)) {
            String text = Files.readString(document);
            String before = part(text, mark);
            Files.writeString(
                    document, text.replace(mark(text, mark) + before + END, mark(text, mark) + expected + END));
        }
        compare(document, mark, expected, test);
    }

    /** The same, never writing. */
    static void compare(Path document, String mark, String expected, Class<?> test) throws IOException {
        assertThat(part(Files.readString(document), mark))
                .as(
                        "%s does not agree with the code; write it again: mvn -q -P '!checks' test -Dtest=%s -D%s=true",
                        document, test.getSimpleName(), WRITE)
                .isEqualTo(expected);
    }

    private static String part(String text, String mark) {
        int from = text.indexOf(mark(text, mark)) + mark(text, mark).length();
        int to = text.indexOf(END, from);
        assertThat(to).as("end of the part generated:%s", mark).isPositive();
        return text.substring(from, to);
    }

    /** The whole line that begins the part. */
    private static String mark(String text, String mark) {
        int from = text.indexOf("<!-- generated:" + mark);
        assertThat(from).as("a part generated:%s", mark).isNotNegative();
        return text.substring(from, text.indexOf('\n', from) + 1);
    }
}
