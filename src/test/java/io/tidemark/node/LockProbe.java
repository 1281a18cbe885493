package io.tidemark.node;

import io.tidemark.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;

/** A process that opens the data directory of its first argument, with logs in that of an optional second, prints a line, and holds it until killed. */
final class LockProbe {
    private LockProbe() {}

    public static void main(String[] arguments) throws Exception {
        try (DataDirectory directory = DataDirectory.open(
                Disk.real(), Path.of(arguments[0]), arguments.length > 1 ? Path.of(arguments[1]) : null, 4)) {
            System.out.println("locked");
            int end = System.in.read();
            System.out.println(directory.id() + " let go at " + end);
        } catch (IOException refused) {
            System.out.println(refused.getMessage());
        }
    }
}
