package io.tidemark.files;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.DiskFile;
import io.tidemark.disk.durable.FileSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * One file on disk, {@code NAME.NNNNNNNNNN.data}: part of what was appended under a name. It holds the appended bytes and
 * nothing else.
 *
 * @param start offset of its first byte among all that was appended under the name
 * @param snapshot the file, and how much of it counts
 * @param crc CRC32C of the bytes that count
 */
record Piece(String name, long start, FileSnapshot snapshot, int crc) {
    private static final String SUFFIX = ".data";
    private static final int DIGITS = 10;
    private static final int STEP_BYTES = 1 << 20;

    long end() {
        return start + snapshot.length();
    }

    static String fileName(String name, long id) {
        return String.format(Locale.ROOT, "%s.%010d%s", name, id, SUFFIX);
    }

    /** The number in the name of a file, or -1 if the name is not that of a piece. */
    static long idOf(String fileName) {
        int dot = fileName.length() - SUFFIX.length() - DIGITS - 1;
        if (dot < 1
                || !fileName.endsWith(SUFFIX)
                || fileName.charAt(dot) != '.'
                || !Part.isName(fileName.substring(0, dot))) {
            return -1;
        }
        long id = 0;
        for (int i = dot + 1; i <= dot + DIGITS; i++) {
            int digit = fileName.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            id = id * 10 + digit;
        }
        return id;
    }

    /**
     * Reads a file up to a length, and compares its checksum.
     *
     * @throws CorruptionException if it is not the one that it was when this length became durable
     */
    static void check(DiskFile file, long length, int expected) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer step = ByteBuffer.allocate((int) Math.min(STEP_BYTES, length));
        for (long at = 0; at < length; at += step.limit()) {
            step.clear().limit((int) Math.min(STEP_BYTES, length - at));
            file.readFully(step, at);
            crc.update(step.flip());
        }
        if ((int) crc.getValue() != expected) {
            throw new CorruptionException("data file " + file.path() + ": the checksum of its first " + length
                    + " bytes is " + Long.toHexString(crc.getValue()) + ", expected " + Integer.toHexString(expected)
                    + "; restore the file from a copy");
        }
    }
}
