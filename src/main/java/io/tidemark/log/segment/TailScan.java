package io.tidemark.log.segment;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * What the last segment holds, and whether what it doesn't hold was ever durable.
 *
 * <p>At the first bad frame the rest of the file is searched, every 8 bytes, for a frame header of this segment. If one
 * says that the missing index was durable, something durable is damaged. Otherwise the bad frame is a torn tail: it
 * was being written when the process or the machine died. A region of zeros is neither; it is the end. A file that is
 * shorter than its header says, or one of its MARKs, has been cut off, wherever its frames end now.
 *
 * <p>A MARK at the end says the truth about the entries before it, but may itself not be durable. So a segment ends with
 * its last entry: were a MARK counted in, and the next segment chained to it, a power cut could break the chain.
 *
 * @param end where the last good entry ends
 * @param lastIndex the last good entry's index
 * @param mark the highest index known to have been durable, at most {@code lastIndex}
 * @param served whether something was appended once the segment had its name: then that name is durable, for whoever
 *     appends has been told so by the disk. Of one as it was made nobody knows
 * @param lastTimeMillis no entry's time is above it
 * @param tornBytes bytes behind the last good frame, up to the last word that isn't zero; in a file used again, where old
 *     frames stand there, those of the frame that was begun, if its header is good
 * @param fileBytes length of the file
 */
record TailScan(
        long end, long lastIndex, long mark, boolean served, long lastTimeMillis, long tornBytes, long fileBytes) {
    private static final int WINDOW_BYTES = 256 << 10;

    /** Reads the whole last segment. */
    static TailScan of(DiskFile file, Path path, SegmentHeader header) throws IOException {
        long fileBytes = file.size();
        checkLength(path, fileBytes, "its header", header.fileBytes());
        FrameReader reader = new FrameReader(file, header, fileBytes);
        long mark = header.forcedMark();
        long lastTimeMillis = header.createdMillis();
        long entriesEnd = reader.nextOffset();
        boolean served = false;
        while (reader.next()) {
            mark = Math.max(mark, reader.forcedMark());
            lastTimeMillis = Math.max(lastTimeMillis, reader.timeMillis());
            served |= !reader.isEntry() || reader.index() > header.forcedMark();
            if (reader.isEntry()) {
                entriesEnd = reader.nextOffset();
            } else {
                checkLength(path, fileBytes, "its mark behind entry " + reader.index(), reader.fileBytes());
            }
        }
        long end = reader.nextOffset();
        long missing = reader.nextIndex();
        if (header.forcedMark() >= missing) {
            throw damaged(path, end, missing, "the segment's header", header.forcedMark());
        }
        Rest rest = Rest.of(file, header.identity(), end, fileBytes);
        if (rest.mark >= missing) {
            throw damaged(path, end, missing, "a later frame, at offset " + rest.markAt + ",", rest.mark);
        }
        long torn = header.reused() ? rest.begunBytes : rest.dataEnd - end;
        return new TailScan(
                entriesEnd, missing - 1, Math.max(mark, rest.mark), served, lastTimeMillis, torn, fileBytes);
    }

    private static void checkLength(Path path, long fileBytes, String witness, long durableBytes)
            throws CorruptionException {
        if (fileBytes < durableBytes) {
            throw new CorruptionException(
                    path + ": " + fileBytes + " bytes, but " + witness + " says that " + durableBytes
                            + " were durable; its end has been cut off, and acknowledged entries may be gone with it: restore"
                            + " the log from a copy");
        }
    }

    private static CorruptionException damaged(Path path, long offset, long index, String witness, long mark) {
        return new CorruptionException(path + ": bad frame at offset " + offset + " where entry " + index
                + " is expected, but " + witness + " says that entries up to " + mark
                + " were durable; durable data is damaged: restore the log from a copy");
    }

    /** What is behind the last good frame. */
    private record Rest(long mark, long markAt, long dataEnd, long begunBytes) {
        static Rest of(DiskFile file, long identity, long from, long fileBytes) throws IOException {
            // zeros up to the next multiple of 8 behind the file's end
            ByteBuffer window = ByteBuffer.allocateDirect((int) Math.min(WINDOW_BYTES, (fileBytes - from + 7) & ~7L));
            CRC32C crc = new CRC32C();
            long mark = -1;
            long markAt = -1;
            long dataEnd = from;
            long begunBytes = 0;
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
                            begunBytes = Math.min(Frame.sizeOf(Frame.length(window, i)), fileBytes - from);
                        }
                        if (Frame.forcedMark(window, i) > mark) {
                            mark = Frame.forcedMark(window, i);
                            markAt = at + i;
                        }
                    }
                    window.clear();
                }
            }
            return new Rest(mark, markAt, dataEnd, begunBytes);
        }
    }
}
