package io.tidemark.disk;

import java.io.IOException;

/** The disk was full: its free space at the time of the failure says so, although the error's text does not. */
final class NoSpaceException extends IOException {
    private static final long serialVersionUID = 1L;

    NoSpaceException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
