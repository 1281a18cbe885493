package io.tidemark.disk;

import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/**
 * A file could not be opened because the process, or the system, has no file descriptor left. That says nothing about the disk:
 * the same call may be made again once there are some.
 */
public final class NoDescriptorsException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    /** Of an open that failed so. */
    public NoDescriptorsException(FileSystemException failure) {
        super(failure.getFile(), failure.getOtherFile(), failure.getReason());
        initCause(failure);
    }

    /** Whether a failure, or what caused it, was want of descriptors. */
    public static boolean isCauseOf(@Nullable Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof NoDescriptorsException
                    || (at instanceof FileSystemException named && DescriptorReserve.saysSo(named.getReason()))) {
                return true;
            }
        }
        return false;
    }
}
