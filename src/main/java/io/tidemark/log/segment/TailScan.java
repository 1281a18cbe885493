package io.tidemark.log.segment;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The contents of the last segment, and whether what is missing in it was ever durable.
 *
 * <p>At the first bad frame the remainder of the file is searched, every 8 bytes, for a frame header of this segment. If
 * one says that the missing index was durable, durable data is damaged. Otherwise the bad frame is a torn tail: it was
 * being written when the process or the machine died. A region of zeros is neither; it is the end. A file shorter than its
 * header or one of its MARKs says has been truncated, wherever its frames end now.
 *
 * <p>A MARK at the end is right about the entries before it, but may itself not be durable. So a segment ends with its last
 * entry: if it ended with a MARK, and the next segment were chained to it, a power cut could break the chain.
 *
 * @param end offset where the last valid entry ends
 * @param lastIndex the last valid entry's index
 * @param mark the highest index known to have been durable, at most {@code lastIndex}
 * @param appendedTo whether anything was appended after the segment was named: then its name is durable, since appending begins
 *     only after the directory was forced. Without an append that is unknown
 * @param lastTimeMillis upper bound of all entries' times
 * @param tornBytes bytes after the last valid frame, up to the last word that isn't zero; in a recycled file, which holds old
 *     frames there, the bytes of the torn frame if its header is valid
 * @param fileBytes length of the file
 */
record TailScan(
        long end, long lastIndex, long mark, boolean appendedTo, long lastTimeMillis, long tornBytes, long fileBytes) {
    private static final int WINDOW_BYTES = 256 << 10;

    /** Reads the whole last segment. */
    static TailScan of(DiskFile file, Path path, SegmentHeader header) throws IOException {
        long fileBytes = file.size();
        checkLength(path, fileBytes, "its header", header.fileBytes());
        FrameReader reader = new FrameReader(file, header, fileBytes);
        long mark = header.forcedMark();
        long lastTimeMillis = header.createdMillis();
        long entriesEnd = reader.nextOffset();
        boolean appendedTo = false;
        while (reader.next()) {
            mark = Math.max(mark, reader.forcedMark());
            lastTimeMillis = Math.max(lastTimeMillis, reader.timeMillis());
            appendedTo |= !reader.isEntry() || reader.index() > header.forcedMark();
            if (reader.isEntry()) {
                entriesEnd = reader.nextOffset();
            } else {
                checkLength(path, fileBytes, "its MARK after entry " + reader.index(), reader.fileBytes());
            }
        }
        long end = reader.nextOffset();
        long missing = reader.nextIndex();
        if (header.forcedMark() >= missing) {
            throw damaged(path, end, missing, "the segment's header", header.forcedMark());
        }
        Remainder remainder = Remainder.of(file, header.identity(), end, fileBytes);
        if (remainder.mark >= missing) {
            throw damaged(path, end, missing, "a later frame, at offset " + remainder.markAt + ",", remainder.mark);
        }
        long torn = header.reused() ? remainder.tornFrameBytes : remainder.dataEnd - end;
        return new TailScan(
                entriesEnd, missing - 1, Math.max(mark, remainder.mark), appendedTo, lastTimeMillis, torn, fileBytes);
    }

    private static void checkLength(Path path, long fileBytes, String witness, long durableBytes)
            throws CorruptionException {
        if (fileBytes < durableBytes) {
            throw new CorruptionException(
                    path + ": " + fileBytes + " bytes, but " + witness + " says that " + durableBytes
                            + " were durable; it has been truncated, and acknowledged entries may be lost: restore the log"
                            + " from a copy");
        }
    }

    private static CorruptionException damaged(Path path, long offset, long index, String witness, long mark) {
        return new CorruptionException(path + ": bad frame at offset " + offset + " where entry " + index
                + " is expected, but " + witness + " says that entries up to " + mark
                + " were durable; durable data is damaged: restore the log from a copy");
    }

    /** The bytes after the last valid frame. */
    private record Remainder(long mark, long markAt, long dataEnd, long tornFrameBytes) {
        static Remainder of(DiskFile file, long identity, long from, long fileBytes) throws IOException {
            // padded with zeros to a multiple of 8 at the file's end
            ByteBuffer window = ByteBuffer.allocateDirect((int) Math.min(WINDOW_BYTES, (fileBytes - from + 7) & ~7L));
            CRC32C crc = new CRC32C();
            long mark = -1;
            long markAt = -1;
            long dataEnd = from;
            long tornFrameBytes = 0;
            for (long at = from; at < fileBytes; at += WINDOW_BYTES - Frame.HEADER_BYTES) {
                int bytes = (int) Math.min(WINDOW_BYTES, fileBytes - at);
                file.readFully(window.clear().limit(bytes), at);
                window.clear().position(bytes);
                while ((window.position() & 7) != 0) {
                    window.put((byte) 0);
                }
                for (int i = 0; i < bytes; i += 8) {
                    if (window.getLong(i) == 0) {
                        continue;
                    }
                    dataEnd = Math.max(dataEnd, Math.min(at + i + 8, fileBytes));
                    if (i + Frame.HEADER_BYTES <= bytes && Frame.headerValid(window, i, identity, crc)) {
                        if (at + i == from) {
                            tornFrameBytes = Math.min(Frame.sizeOf(Frame.length(window, i)), fileBytes - from);
                        }
                        if (Frame.forcedMark(window, i) > mark) {
                            mark = Frame.forcedMark(window, i);
                            markAt = at + i;
                        }
                    }
                    window.clear();
                }
            }
            return new Remainder(mark, markAt, dataEnd, tornFrameBytes);
        }
    }
}
