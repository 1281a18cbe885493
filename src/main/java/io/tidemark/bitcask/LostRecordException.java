package io.tidemark.bitcask;

import java.io.IOException;

/**
 * A record that was never durable can't be read back: the kernel has dropped its page. It is not damage to what the disk
 * was trusted with, for the log still has it, and a repair writes it anew. Never to be answered as a missing key.
 */
public final class LostRecordException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says which file and offset. */
    LostRecordException(String message, IOException cause) {
        super(message, cause);
    }
}
