package io.tidemark.disk;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.jspecify.annotations.Nullable;

/** Java's exceptions about a path often have a path for a message and nothing else; this adds what is wrong with it. */
public final class PathErrors {
    private PathErrors() {}

    /** The same failure, of the same type, with a message that says what is wrong. */
    public static IOException explained(IOException failure) {
        if (!(failure instanceof FileSystemException bare) || bare.getReason() != null) {
            return failure;
        }
        FileSystemException said = explained(bare);
        said.setStackTrace(bare.getStackTrace());
        return said;
    }

    /** What went wrong, in words; the type's name where Java has none. */
    public static String reason(IOException failure) {
        String message = explained(failure).getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    private static FileSystemException explained(FileSystemException bare) {
        @Nullable String file = bare.getFile();
        @Nullable String other = bare.getOtherFile();
        if (bare instanceof AccessDeniedException) {
            return new AccessDeniedException(file, other, "permission denied");
        }
        if (bare instanceof NoSuchFileException) {
            return new NoSuchFileException(file, other, "no such file or directory");
        }
        if (bare instanceof FileAlreadyExistsException) {
            return new FileAlreadyExistsException(file, other, "there is one already");
        }
        if (bare instanceof NotDirectoryException || bare instanceof DirectoryNotEmptyException) {
            return new FileSystemException(
                    file, other, bare instanceof NotDirectoryException ? "not a directory" : "directory not empty");
        }
        return bare.getClass() == FileSystemException.class
                ? new FileSystemException(file, other, "failed, and the system did not say why")
                : bare;
    }
}
