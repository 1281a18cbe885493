package io.tidemark.disk;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;

/**
 * A glob over absolute paths, in the syntax of {@link java.nio.file.FileSystem#getPathMatcher}. One without a slash is
 * held against the file name alone: {@code *.data}, {@code CHECKPOINT}, {@code *} (everything).
 */
public final class PathGlob {
    private final PathMatcher matcher;
    private final boolean nameOnly;

    private PathGlob(PathMatcher matcher, boolean nameOnly) {
        this.matcher = matcher;
        this.nameOnly = nameOnly;
    }

    /** Reads a glob. */
    public static PathGlob of(String glob) {
        return new PathGlob(FileSystems.getDefault().getPathMatcher("glob:" + glob), glob.indexOf('/') < 0);
    }

    /** Whether an absolute path matches. */
    public boolean matches(Path path) {
        Path name = path.getFileName();
        return matcher.matches(nameOnly && name != null ? name : path);
    }
}
