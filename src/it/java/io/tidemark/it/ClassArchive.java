package io.tidemark.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The node's classes as the JVM maps them (class data sharing): made once by a node of this JVM, gone with it. */
final class ClassArchive {
    private static boolean tried;
    private static Optional<Path> file = Optional.empty();

    private ClassArchive() {}

    /** The archive; none if nodes don't run from a jar, or if it couldn't be made. */
    static synchronized Optional<Path> file() throws IOException {
        if (!tried && !System.getProperty("tidemark.jar", "").equals("classes")) {
            file = make();
        }
        tried = true;
        return file;
    }

    private static Optional<Path> make() throws IOException {
        Path directory = Scratch.directory();
        Path archive = directory.resolve("node.jsa");
        try (NodeProcess node = NodeProcess.in(directory.resolve("data"))
                        .archiveClasses(archive)
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
        return Files.exists(archive) ? Optional.of(archive) : Optional.empty();
    }
}
