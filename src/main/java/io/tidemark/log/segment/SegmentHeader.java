package io.tidemark.log.segment;

import io.tidemark.disk.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The first page of a segment file {@code NNNNNNNNNN.log}. It is written and forced before the file is renamed to its final
 * name, and never rewritten: frames begin on the next page. Numbers are big-endian.
 *
 * <pre>
 *    0  8 bytes  magic "TIDESEG1"
 *    8  u32      format version, 1
 *   12  u32      shard
 *   16  16 bytes data directory id (UUID)
 *   32  u64      segment id, that of the file's name
 *   40  u64      identity, random; mixed into the checksum of each frame of this file
 *   48  u64      first index it may hold: previous last index + 1
 *   56  u64      previous segment's id, 0 if there was none
 *   64  u64      previous segment's identity, 0 if there was none
 *   72  u64      previous segment's end: where its last valid entry ends
 *   80  u64      previous segment's last valid index
 *   88  u64      forced mark: entries up to here were durable, in this file or before, when it was named
 *   96  u64      released index of the control file at that time
 *  104  u64      creation time, milliseconds since 1970, never before the last entry's
 *  112  u64      length of the file when it was named; never less from then on
 *  120  u32      1 if the file is recycled and still holds old frames after this page; 0 if not
 *  124  zeros
 * 4092  u32      CRC32C of everything before
 * </pre>
 *
 * <p>The previous end and last index form a chain: bytes after them in the older file are ignored, and entries before them were
 * durable. The forced mark is above the previous last index only in a segment that recovery created to rewrite a tail.
 */
record SegmentHeader(
        UUID dataDirectoryId,
        int shard,
        long id,
        long identity,
        long firstIndex,
        long previousId,
        long previousIdentity,
        long previousEnd,
        long previousLastIndex,
        long forcedMark,
        long releasedIndex,
        long createdMillis,
        long fileBytes,
        boolean reused) {

    static final int BYTES = 4096;

    private static final long MAGIC = 0x5449_4445_5345_4731L;
    private static final int VERSION = 1;
    private static final int CRC_AT = BYTES - 4;

    /** The page, ready to be written. */
    ByteBuffer encode() {
        ByteBuffer page = ByteBuffer.allocate(BYTES);
        page.putLong(MAGIC).putInt(VERSION).putInt(shard);
        page.putLong(dataDirectoryId.getMostSignificantBits()).putLong(dataDirectoryId.getLeastSignificantBits());
        page.putLong(id).putLong(identity).putLong(firstIndex);
        page.putLong(previousId).putLong(previousIdentity).putLong(previousEnd).putLong(previousLastIndex);
        page.putLong(forcedMark).putLong(releasedIndex).putLong(createdMillis);
        page.putLong(fileBytes).putInt(reused ? 1 : 0);
        page.putInt(CRC_AT, checksum(page));
        return page.clear();
    }

    /**
     * Decodes a page.
     * @param file for messages
     */
    static SegmentHeader decode(ByteBuffer page, Path file) throws CorruptionException {
        if (page.getInt(CRC_AT) != checksum(page)) {
            throw new CorruptionException(file + ": the segment header fails its checksum; it was durable before the"
                    + " file got its name, so the file is damaged: restore the log from a copy");
        }
        page.clear();
        long magic = page.getLong();
        int version = page.getInt();
        if (magic != MAGIC || version != VERSION) {
            throw new CorruptionException(file + ": not a log segment of format " + VERSION + " (magic "
                    + Long.toHexString(magic) + ", format " + version + ")");
        }
        int shard = page.getInt();
        UUID dataDirectoryId = new UUID(page.getLong(), page.getLong());
        return new SegmentHeader(
                dataDirectoryId,
                shard,
                page.getLong(),
                page.getLong(),
                page.getLong(),
                page.getLong(),
                page.getLong(),
                page.getLong(),
                page.getLong(),
                page.getLong(),
                page.getLong(),
                page.getLong(),
                page.getLong(),
                page.getInt() == 1);
    }

    /** This header for a file of another length. */
    SegmentHeader withFileBytes(long bytes) {
        return in(bytes, reused);
    }

    /** This header for a recycled file. */
    SegmentHeader inReusedFile() {
        return in(fileBytes, true);
    }

    private SegmentHeader in(long lengthOfFile, boolean reusedFile) {
        return new SegmentHeader(
                dataDirectoryId,
                shard,
                id,
                identity,
                firstIndex,
                previousId,
                previousIdentity,
                previousEnd,
                previousLastIndex,
                forcedMark,
                releasedIndex,
                createdMillis,
                lengthOfFile,
                reusedFile);
    }

    private static int checksum(ByteBuffer page) {
        CRC32C crc = new CRC32C();
        crc.update(page.clear().limit(CRC_AT));
        page.clear();
        return (int) crc.getValue();
    }
}
