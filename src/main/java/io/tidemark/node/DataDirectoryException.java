package io.tidemark.node;

import io.tidemark.disk.PathErrors;
import java.io.IOException;

/** A data or log directory can't be used. The message names the directory, what was found, and what to do. */
final class DataDirectoryException extends IOException {
    private static final long serialVersionUID = 1L;

    DataDirectoryException(String message) {
        super(message);
    }

    DataDirectoryException(String message, IOException cause) {
        super(message + " (" + cause.getClass().getSimpleName() + ": " + PathErrors.reason(cause) + ")", cause);
    }
}
