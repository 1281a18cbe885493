package io.tidemark.it.disk;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program of the system to its end. */
final class Program {
    private static final long LIMIT_S = 30;

    private Program() {}

    /**
     * Runs it; at most 30 s.
     *
     * @param command words by their {@code toString}
     * @return what it printed, both streams, without space around it
     * @throws IOException if it can't be run, says that it failed, or doesn't end; with what it printed
     */
    static String run(Object... command) throws IOException {
        List<String> words = Arrays.stream(command).map(Object::toString).toList();
        // into a file, for what the program starts and leaves behind may keep a pipe open
        Path output = Files.createTempFile("tidemark-it-", ".out");
        try {
            Process process = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(words + " did not end within " + LIMIT_S + " s: " + said(output));
            }
            if (process.exitValue() != 0) {
                throw new IOException(words + " ended with " + process.exitValue() + ": " + said(output));
            }
            return said(output);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(words + " was interrupted", interrupted);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private static String said(Path output) throws IOException {
        return new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip();
    }
}
