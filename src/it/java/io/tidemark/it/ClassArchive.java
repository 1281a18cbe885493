package io.tidemark.it;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The node's classes as the JVM maps them (class data sharing), beside the node's jar: made by the first test that needs it,
 * whichever JVM that runs in. A JVM that it does not fit ignores it.
 */
final class ClassArchive {
    private static boolean tried;
    private static Optional<Path> file = Optional.empty();

    private ClassArchive() {}

    /** The archive; none if nodes don't run from a jar, or if it couldn't be made. */
    static synchronized Optional<Path> file() throws IOException {
        if (!tried && !System.getProperty("tidemark.jar", "").equals("classes")) {
            file = found(NodeProcess.Builder.jar());
        }
        tried = true;
        return file;
    }

    private static Optional<Path> found(Path jar) throws IOException {
        Path archive = jar.resolveSibling("tidemark.jsa");
        try (FileChannel channel = FileChannel.open(
                jar.resolveSibling("tidemark.jsa.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.lock(); // until it is closed
            if (!Files.exists(archive)
                    || Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) < 0) {
                Files.deleteIfExists(archive);
                make(archive);
            }
        }
        return Files.exists(archive) ? Optional.of(archive) : Optional.empty();
    }

    private static void make(Path archive) throws IOException {
        Path directory = Scratch.directory();
        Path made = archive.resolveSibling("tidemark.jsa.new");
        try (NodeProcess node = NodeProcess.in(directory.resolve("data"))
                        .archiveClasses(made)
                        .start();
                RespClient client = node.client()) {
            client.set("key", "value");
            client.call("MSET", "key", "value", "another", "value");
            client.call("INCR", "counter");
            client.get("key");
            client.call("DEL", "key");
            client.call("SAVE");
            new AdminClient(node.adminPort()).get("/api/shards");
            node.stop();
        }
        if (Files.exists(made)) {
            Files.move(made, archive, StandardCopyOption.ATOMIC_MOVE);
        }
    }
}
