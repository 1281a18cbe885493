package io.tidemark.disk;

import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;

/**
 * A file could not be opened because the process, or the system, has no file descriptor left. That says nothing about the disk:
 * the same call may be retried once descriptors are free.
 *
 * @since 0.1
 */
public final class NoDescriptorsException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    /**
     * Wraps the failure of an open.
     *
     * @param failure the failure that the system reported
     */
    public NoDescriptorsException(FileSystemException failure) {
        super(failure.getFile(), failure.getOtherFile(), failure.getReason());
        initCause(failure);
    }

    /**
     * {@return whether a failure, or one of its causes, is a lack of descriptors}
     *
     * @param failure the failure that the system reported
     */
    public static boolean isCauseOf(@Nullable Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof NoDescriptorsException
                    || (at instanceof FileSystemException named
                            && DescriptorReserve.meansNoDescriptors(named.getReason()))) {
                return true;
            }
        }
        return false;
    }
}
