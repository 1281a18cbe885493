package io.tidemark.disk;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * One open file. All access is positional, so that any number of threads may read while one writes.
 *
 * <p>A write goes to the page cache only; {@link #force} makes it durable. An {@link IOException} from {@link #force} is
 * final for this file: on Linux the kernel drops the pages it could not write and the next call reports success over the
 * loss. So keep the writing descriptor open from the first unforced byte until it is durable, and after a failure write the
 * bytes again, into another file.
 *
 * <p>Never interrupt a thread inside a call: an interrupt closes the file for all its users.
 *
 * @since 0.1
 */
public interface DiskFile extends AutoCloseable {

    /** {@return the path of this file} */
    Path path();

    /**
     * Writes some of the remaining bytes at a position; may write fewer (a full disk does so once before it reports the
     * error).
     *
     * @param source its position advances by the bytes written
     * @param position offset in bytes from the start of the file
     * @return bytes written, 0 or more
     * @throws IOException if nothing could be written; the call may be repeated at the same position
     */
    int write(ByteBuffer source, long position) throws IOException;

    /**
     * Reads some bytes at a position.
     *
     * @param target receives the bytes
     * @param position offset in bytes from the start of the file
     * @return bytes read, or -1 at or after the end of the file
     * @throws IOException if the bytes can't be read
     */
    int read(ByteBuffer target, long position) throws IOException;

    /**
     * {@return the length of the file in bytes}
     *
     * @throws IOException if the length is unknown
     */
    long size() throws IOException;

    /**
     * Makes every byte written so far, and the length, durable (fdatasync). Blocks; never call it on an event loop.
     *
     * @throws IOException if any byte may be lost: a later call that succeeds proves nothing, see the class comment
     */
    void force() throws IOException;

    /** Closes the descriptor; forces nothing. */
    @Override
    void close() throws IOException;

    /**
     * Writes all remaining bytes; continues after a short write.
     *
     * @param source its remaining bytes are written
     * @param position offset in bytes from the start of the file
     * @throws IOException if not all bytes could be written
     */
    default void writeFully(ByteBuffer source, long position) throws IOException {
        long at = position;
        while (source.hasRemaining()) {
            int written = write(source, at);
            if (written <= 0) {
                throw new IOException("wrote 0 of " + source.remaining() + " bytes at " + at + " of " + path());
            }
            at += written;
        }
    }

    /**
     * Reads until the target is full.
     *
     * @param target receives the bytes
     * @param position offset in bytes from the start of the file
     * @throws java.io.EOFException if the file ends before that
     */
    default void readFully(ByteBuffer target, long position) throws IOException {
        long at = position;
        while (target.hasRemaining()) {
            int read = read(target, at);
            if (read < 0) {
                throw new EOFException(path() + " ends before " + (at + target.remaining()) + " bytes");
            }
            at += read;
        }
    }
}
