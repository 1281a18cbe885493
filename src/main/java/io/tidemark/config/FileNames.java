package io.tidemark.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * File names that this JVM can't encode. Java encodes them by the locale, which is ASCII under {@code LC_ALL=C}: the
 * name of a working directory with other letters is then misread, and a relative path leads to the wrong place.
 */
public final class FileNames {
    private static final String HELP =
            "; set LC_ALL=C.UTF-8, or another UTF-8 locale, in the environment of the process";

    private FileNames() {}

    /** Why this process can't run in its working directory; empty if it can. Java's own classes fail there too. */
    public static Optional<String> workingDirectoryProblem() {
        return reason(System.getProperty("user.dir", ""))
                .map(reason ->
                        "the name of the working directory can't be written in this JVM's encoding of file names, "
                                + encoding() + ": a relative path would lead to another directory" + HELP);
    }

    /** Why a setting is not a valid name of a file or directory; empty if it is. */
    static Optional<String> problem(ConfigKey key, Object value) {
        return reason(value.toString())
                .map(reason -> "`" + key.key() + "` is " + value + ", which can't be the name of a file: " + reason
                        + ". File names are encoded in " + encoding() + HELP);
    }

    private static Optional<String> reason(String path) {
        try {
            Objects.requireNonNull(Path.of(path));
            return Optional.empty();
        } catch (InvalidPathException invalid) {
            return Optional.of(invalid.getReason());
        }
    }

    private static String encoding() {
        return System.getProperty("sun.jnu.encoding", "unknown");
    }
}
