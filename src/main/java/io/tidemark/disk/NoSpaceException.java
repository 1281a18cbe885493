package io.tidemark.disk;

import java.io.IOException;

/** A disk had no room for something, by the room that it had then: its text alone did not say so. */
final class NoSpaceException extends IOException {
    private static final long serialVersionUID = 1L;

    NoSpaceException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
