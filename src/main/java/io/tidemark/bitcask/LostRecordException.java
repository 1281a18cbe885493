package io.tidemark.bitcask;

import java.io.IOException;

/**
 * A record that was not durable yet can't be read back: the kernel has dropped its page. This is no damage to durable data:
 * the log still has the entry, and a repair rewrites it. Never report it as a missing key.
 */
public final class LostRecordException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message names the file and the offset */
    LostRecordException(String message, IOException cause) {
        super(message, cause);
    }
}
