package io.tidemark.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * The rule for tests that need a tool or a right that not every machine has: such a test is skipped and the report says
 * why; with {@code REQUIRE_FAULTS=1} in the environment, as in continuous integration, it fails instead.
 */
public final class Faults {

    private Faults() {}

    /** Skips or fails the calling test unless {@code available}; {@code missing} says what is not there. */
    public static void require(boolean available, String missing) {
        if (available) {
            return;
        }
        if ("1".equals(System.getenv("REQUIRE_FAULTS"))) {
            Assertions.fail(missing + ", and REQUIRE_FAULTS=1");
        }
        System.out.println("SKIPPED: " + missing);
        Assumptions.abort(missing);
    }

    /** As {@link #require}, for a program in {@code PATH}. */
    public static void requireProgram(String name) {
        require(isInstalled(name), name + " is not installed");
    }

    /** Whether {@code PATH} has an executable file of that name. */
    public static boolean isInstalled(String name) {
        String path = System.getenv("PATH");
        return path != null
                && Arrays.stream(path.split(":"))
                        .anyMatch(dir -> Files.isExecutable(Path.of(dir.isEmpty() ? "." : dir, name)));
    }
}
