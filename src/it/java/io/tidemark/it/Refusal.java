package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;

/** A start that is expected to fail: the exit code and all that was printed. */
record Refusal(int exitCode, String output) {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Starts a node and waits for its end. */
    static Refusal of(NodeProcess.Builder builder) throws IOException {
        try (NodeProcess node = builder.launch()) {
            int exitCode = node.awaitExit(LIMIT);
            return new Refusal(exitCode, node.stdout() + node.stderr());
        }
    }

    /** Asserts the exit code, and that the output has each of these texts and no stack trace. */
    void hasExitCode(int expectedExitCode, String... texts) {
        assertThat(exitCode).as(output).isEqualTo(expectedExitCode);
        assertThat(output).contains(texts);
        assertThat(output).as("a message for people").doesNotContain("\tat io.tidemark");
    }
}
