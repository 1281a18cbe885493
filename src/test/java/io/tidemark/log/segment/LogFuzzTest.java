package io.tidemark.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.DiskFile;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.fuzz.Allocations;
import io.tidemark.fuzz.Input;
import io.tidemark.log.LogApplier;
import io.tidemark.log.LogBatch;
import io.tidemark.log.LogEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * A log's files, control file and segments, out of good and bad parts, most with good checksums: it opens, and then has
 * what {@code verify} read, or is refused, and then {@code verify} says so too. If all parts were good it has all.
 */
@Tag("fuzz")
@Timeout(10)
class LogFuzzTest {
    private static final Path DIRECTORY = Path.of("/data/log");
    private static final UUID ID = new UUID(0x1234, 0x5678);
    private static final int SHARD = 3;
    private static final int MAX_BYTES = 8 << 20;

    private final CRC32C crc = new CRC32C();

    /** Files under construction. */
    static final class Draft {
        final List<SegmentHeader> headers = new ArrayList<>();
        final List<byte[]> segments = new ArrayList<>();
        final List<String> entries = new ArrayList<>();
        ByteBuffer frames = ByteBuffer.allocate(64 << 10);
        long next = 1;
        boolean good = true;
    }

    @FuzzTest(maxDuration = "2s")
    void open(byte[] bytes) throws IOException {
        decode(bytes);
        Input input = new Input(bytes);
        long durableIndex = input.u8() % 4;
        Draft draft = new Draft();
        begin(draft, input);
        while (input.hasMore() && draft.frames.remaining() > 1_000 && draft.headers.size() < 5) {
            part(draft, input);
        }
        end(draft);
        FaultyDisk disk = new FaultyDisk(1);
        for (int i = 0; i < draft.segments.size(); i++) {
            disk.put(segment(i + 1), draft.segments.get(i));
        }
        disk.put(DIRECTORY.resolve("LOG"), control(draft, input));
        compare(disk, durableIndex, draft);
    }

    private static Path segment(long id) {
        return DIRECTORY.resolve(String.format(java.util.Locale.ROOT, "%010d.log", id));
    }

    private void begin(Draft draft, Input input) {
        SegmentHeader before = draft.headers.isEmpty() ? null : draft.headers.get(draft.headers.size() - 1);
        boolean asIs = before == null || input.u8() < 200;
        Input odd = asIs ? new Input(new byte[0]) : input;
        draft.good &= asIs;
        SegmentHeader header = new SegmentHeader(
                ID,
                (int) odd.near(SHARD),
                odd.near(draft.headers.size() + 1L),
                77L * (draft.headers.size() + 1),
                odd.near(draft.next),
                odd.near(draft.headers.size()),
                odd.near(before == null ? 0 : before.identity()),
                odd.near(before == null ? 0 : SegmentHeader.BYTES + draft.frames.position()),
                odd.near(draft.next - 1),
                odd.near(draft.next - 1),
                odd.near(0),
                odd.near(1_000),
                odd.near(SegmentHeader.BYTES),
                false);
        if (before != null) {
            end(draft);
            draft.frames = ByteBuffer.allocate(64 << 10);
        }
        draft.headers.add(header);
    }

    private void end(Draft draft) {
        SegmentHeader header = draft.headers.get(draft.headers.size() - 1);
        byte[] whole = Arrays.copyOf(header.encode().array(), SegmentHeader.BYTES + draft.frames.position());
        System.arraycopy(draft.frames.array(), 0, whole, SegmentHeader.BYTES, draft.frames.position());
        draft.segments.add(whole);
    }

    private void part(Draft draft, Input input) {
        int kind = input.u8() % 10;
        switch (kind) {
            case 0, 1, 2 -> {
                byte[] payload = input.bytes(input.u8());
                frame(draft, Frame.ENTRY, payload, 77L * draft.headers.size(), draft.next, draft.next - 1);
                draft.entries.add(draft.next + "=" + Arrays.toString(payload));
                draft.next++;
            }
            case 3 -> frame(draft, Frame.MARK, new byte[0], 77L * draft.headers.size(), draft.next - 1, draft.next - 1);
            case 4 -> {
                draft.frames.put(new byte[8 * (input.u8() % 20)]);
                draft.good = false;
            }
            case 5 -> {
                draft.frames.put(input.bytes(input.u8()));
                draft.good = false;
            }
            case 6 -> begin(draft, input);
            case 7 -> {
                frame(
                        draft,
                        input.u8() % 2 == 0 ? Frame.ENTRY : Frame.MARK,
                        input.bytes(input.u8() % 16),
                        input.near(77L * draft.headers.size()),
                        input.near(draft.next),
                        input.near(draft.next - 1));
                draft.good = false;
            }
            case 8 -> {
                // a header that is good, whatever it says of the length
                int at = draft.frames.position();
                frame(draft, Frame.ENTRY, new byte[0], 0, draft.next, input.near(draft.next - 1));
                draft.frames.putInt(at + 12, input.i32()).putInt(at + 8, input.u8());
                int end = draft.frames.position();
                Frame.reseal(draft.frames, at, Frame.ENTRY, 77L * draft.headers.size(), crc);
                draft.frames.clear().position(end);
                draft.good = false;
            }
            default -> {
                int at = draft.frames.position() - 1 - input.u8();
                if (at >= 0) {
                    draft.frames.put(at, (byte) (draft.frames.get(at) ^ (1 << (input.u8() % 8))));
                    draft.good = false;
                }
            }
        }
    }

    private void frame(Draft draft, int magic, byte[] payload, long identity, long index, long mark) {
        int at = draft.frames.position();
        Frame.putPayload(draft.frames, at, ByteBuffer.wrap(payload), crc);
        long term = magic == Frame.MARK ? SegmentHeader.BYTES + (long) at : 1;
        Frame.seal(draft.frames, at, magic, identity, index, term, 1_000 + Math.max(0, index % 1_000), mark, crc);
        draft.frames.clear().position(at + Frame.sizeOf(payload.length));
    }

    private static byte[] control(Draft draft, Input input) {
        int last = draft.headers.size();
        byte[] made = new ControlFile(ID, SHARD, input.near(0), input.near(1), input.near(last)).encode();
        byte[] good = new ControlFile(ID, SHARD, 0, 1, last).encode();
        if (input.u8() % 32 == 31) {
            made[input.u8() % made.length] ^= 1;
        }
        draft.good &= Arrays.equals(made, good);
        return made;
    }

    private void compare(FaultyDisk disk, long durableIndex, Draft draft) throws IOException {
        List<String> read = new ArrayList<>();
        List<LogInspection.Report> reports = new ArrayList<>();
        Allocations.atMost(MAX_BYTES, () -> {
            read.clear();
            reports.add(LogInspection.of(disk, DIRECTORY, ID, SHARD, durableIndex, entry -> read.add(text(entry))));
        });
        LogInspection.Report report = reports.get(0);
        cutBehindTheEnd(draft);

        List<FaultyDisk> disks = new ArrayList<>();
        List<String> applied = new ArrayList<>();
        try {
            Allocations.atMost(MAX_BYTES, () -> {
                disks.add(0, disk.copyOf());
                applied.clear();
                open(disks.get(0), durableIndex, applied);
            });
        } catch (CorruptionException refused) {
            assertThat(report.problems())
                    .as("verify, of " + refused.getMessage())
                    .isNotEmpty();
            assertThat(draft.good && draft.next > durableIndex)
                    .as("refused, though it is good: " + refused.getMessage())
                    .isFalse();
            assertThat(refused).hasMessageContaining(DIRECTORY.toString());
            return;
        }
        assertThat(report.problems()).as("verify, of what opens").isEmpty();
        assertThat(applied).isEqualTo(read.subList((int) Math.min(read.size(), durableIndex), read.size()));
        if (draft.good) {
            assertThat(read).isEqualTo(draft.entries);
        }
        List<String> again = new ArrayList<>();
        open(disks.get(0).kill(), durableIndex, again);
        assertThat(again).as("opened once more").isEqualTo(applied);
    }

    private static void open(FaultyDisk disk, long durableIndex, List<String> applied) throws IOException {
        SegmentLog log = new SegmentLog(
                disk,
                DIRECTORY,
                ID,
                SHARD,
                new SegmentLogOptions(SegmentLogOptions.MIN_SEGMENT_BYTES, 0, 0),
                task -> {},
                () -> 5_000,
                failure -> {});
        log.open(durableIndex, new LogApplier() {
            @Override
            public void apply(LogEntry entry, @Nullable LogBatch origin) {
                applied.add(text(entry));
            }

            @Override
            public void applyUnlogged(LogBatch origin) {
                throw new AssertionError();
            }
        });
    }

    private static String text(LogEntry entry) {
        byte[] payload = new byte[entry.payload().remaining()];
        entry.payload().duplicate().get(payload);
        return entry.index() + "=" + Arrays.toString(payload);
    }

    /** What stands behind the end that a reader is given makes no difference to it. */
    private static void cutBehindTheEnd(Draft draft) throws IOException {
        SegmentHeader header = draft.headers.get(0);
        byte[] whole = draft.segments.get(0);
        int end = SegmentHeader.BYTES + (whole.length - SegmentHeader.BYTES) / 2;
        byte[] other = whole.clone();
        for (int i = end; i < other.length; i++) {
            other[i] ^= 0x55;
        }
        assertThat(frames(other, header, end)).isEqualTo(frames(whole, header, end));
    }

    private static List<String> frames(byte[] bytes, SegmentHeader header, int end) throws IOException {
        FaultyDisk disk = new FaultyDisk(1);
        disk.put(segment(1), bytes);
        List<String> frames = new ArrayList<>();
        try (DiskFile file = disk.openForRead(segment(1))) {
            FrameReader reader = new FrameReader(file, header, end);
            while (reader.next()) {
                frames.add(reader.nextOffset() + ": " + text(reader.entry()));
            }
            assertThat(reader.nextOffset()).isLessThanOrEqualTo(end);
        }
        return frames;
    }

    /** Pages and control files of any bytes, with a good checksum or not. */
    private void decode(byte[] bytes) {
        ByteBuffer page = ByteBuffer.wrap(Arrays.copyOf(bytes, SegmentHeader.BYTES));
        byte[] small = Arrays.copyOf(bytes, Math.min(bytes.length, 2 * ControlFile.BYTES));
        if (bytes.length % 2 == 0) {
            crc.reset();
            crc.update(page.array(), 0, SegmentHeader.BYTES - 4);
            page.putInt(SegmentHeader.BYTES - 4, (int) crc.getValue());
            small = Arrays.copyOf(small, ControlFile.BYTES);
            crc.reset();
            crc.update(small, 0, ControlFile.BYTES - 4);
            ByteBuffer.wrap(small).putInt(ControlFile.BYTES - 4, (int) crc.getValue());
        }
        try {
            SegmentHeader header = SegmentHeader.decode(page, DIRECTORY);
            assertThat(SegmentHeader.decode(header.encode(), DIRECTORY)).isEqualTo(header);
        } catch (CorruptionException refused) {
            assertThat(refused).hasMessageContaining(DIRECTORY.toString());
        }
        try {
            ControlFile control = ControlFile.decode(small, DIRECTORY);
            assertThat(ControlFile.decode(control.encode(), DIRECTORY)).isEqualTo(control);
        } catch (CorruptionException refused) {
            assertThat(refused).hasMessageContaining(DIRECTORY.toString());
        }
    }
}
