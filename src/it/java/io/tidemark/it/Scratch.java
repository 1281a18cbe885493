package io.tidemark.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Temporary directories for tests, beside the disks they damage; deleted when this JVM exits. */
final class Scratch {
    private Scratch() {}

    /** A new one. */
    static Path directory() throws IOException {
        Path directory = Files.createTempDirectory("tidemark-scratch");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(directory), "scratch-reaper"));
        return directory;
    }

    /** Takes one away, with all that is in it. */
    static void remove(Path directory) {
        try {
            new ProcessBuilder("rm", "-rf", directory.toString()).start().waitFor();
        } catch (IOException | InterruptedException failed) {
            System.err.println("removing " + directory + ": " + failed);
        }
    }
}
