package io.tidemark.disk;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.jspecify.annotations.Nullable;

/**
 * Java's exceptions about a path often carry only the path as their message; this adds what is wrong with it.
 *
 * @since 0.1
 */
public final class PathErrors {
    private PathErrors() {}

    /**
     * {@return the same failure, with the same type, and a message that says what is wrong}
     *
     * @param failure the failure
     */
    public static IOException explained(IOException failure) {
        if (!(failure instanceof FileSystemException bare) || bare.getReason() != null) {
            return failure;
        }
        FileSystemException explained = explained(bare);
        explained.setStackTrace(bare.getStackTrace());
        return explained;
    }

    /**
     * {@return what went wrong, as text; the exception's type where Java has no message}
     *
     * @param failure the failure
     */
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
            return new FileAlreadyExistsException(file, other, "already exists");
        }
        if (bare instanceof NotDirectoryException || bare instanceof DirectoryNotEmptyException) {
            return new FileSystemException(
                    file, other, bare instanceof NotDirectoryException ? "not a directory" : "directory not empty");
        }
        return bare.getClass() == FileSystemException.class
                ? new FileSystemException(file, other, "failed, and the system gave no reason")
                : bare;
    }
}
