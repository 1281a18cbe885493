package io.tidemark.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Names of files that this JVM can't write as the system does. Java encodes them by the locale, and under {@code LC_ALL=C} that is
 * ASCII: a working directory with another letter in its name reads as something else then, and a relative path leads beside it.
 */
public final class FileNames {
    private static final String HELP =
            "; set LC_ALL=C.UTF-8, or another UTF-8 locale, in the environment of the process";

    private FileNames() {}

    /** Why this process can't work where it was started; empty if it can. Java's own classes fail there, too. */
    public static Optional<String> workingDirectoryProblem() {
        return reason(System.getProperty("user.dir", ""))
                .map(reason ->
                        "the name of the working directory can't be written in this JVM's encoding of file names, "
                                + encoding() + ": a relative path would lead to another directory" + HELP);
    }

    /** What is wrong with a setting that names a file or directory; empty if nothing is. */
    static Optional<String> problem(ConfigKey key, Object value) {
        return reason(value.toString())
                .map(reason -> "`" + key.key() + "` is " + value + ", which can't be the name of a file: " + reason
                        + ". File names are encoded in " + encoding() + HELP);
    }

    private static Optional<String> reason(String path) {
        try {
            Objects.requireNonNull(Path.of(path));
            return Optional.empty();
        } catch (InvalidPathException unmappable) {
            return Optional.of(unmappable.getReason());
        }
    }

    private static String encoding() {
        return System.getProperty("sun.jnu.encoding", "unknown");
    }
}
