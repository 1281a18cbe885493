package io.tidemark.log.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.DiskFile;
import io.tidemark.disk.FaultyDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A last segment that was cut off is refused, wherever its frames end then; a whole one never is. */
class LogLengthTest {
    private static final Path DIRECTORY = Path.of("/data/log");
    private static final int STEP_BYTES = 1 << 10;

    private FaultyDisk disk = FaultyDisk.seeded();
    private final SplittableRandom random = new SplittableRandom(disk.seed());
    private long durable;
    private int marks;
    private int reused;
    private int cuts;
    private int behindTheFrames;

    private LogFixture logOn(FaultyDisk disk) throws IOException {
        LogFixture log = new LogFixture(
                disk, DIRECTORY, new SegmentLogOptions(48 << 10, STEP_BYTES, 2), LogFixture.ID, LogFixture.SHARD);
        log.open(durable);
        return log;
    }

    private String text() {
        int most = new int[] {10, 300, 300, 300, 3_000, 20_000, 60_000}[random.nextInt(7)];
        return "x".repeat(random.nextInt(most));
    }

    @Test
    void I7_lastSegment_cutOffAnywhere_isRefused() throws IOException {
        LogFixture log = logOn(disk);
        for (int group = 1; group <= 60 || (group <= 600 && !covered()); group++) {
            if (random.nextInt(15) == 0) {
                log.close();
                log = logOn(disk);
            } else if (random.nextInt(15) == 0) {
                disk = disk.kill();
                log = logOn(disk);
            }
            if (random.nextInt(8) == 0) {
                durable = log.log.lastIndex();
                log.release(durable);
            }
            log.ample = random.nextBoolean();
            String[] texts = new String[1 + random.nextInt(3)];
            Arrays.setAll(texts, i -> text());
            log.appendTogether(texts);
            assertThat(log.failures).isEmpty();
            cutOff();
        }
        System.out.println("LogLengthTest: " + disk + ": " + cuts + " cut off, " + behindTheFrames
                + " behind the last frame, " + marks + " marks behind a segment's first frame, " + reused
                + " cut off in files used again");
        assertThat(marks).isGreaterThan(10);
        assertThat(reused).isGreaterThan(10);
        assertThat(behindTheFrames).isGreaterThan(50);
    }

    /** Whether there has been enough of each, which a seed may be slow to bring. */
    private boolean covered() {
        return marks > 10 && reused > 10 && behindTheFrames > 50;
    }

    /** A group that ends where the file does would leave no room for the mark that comes next. */
    @Test
    void I7_groupThatFillsTheFile_cutOffBehindIt_isRefused() throws IOException {
        int first = Frame.sizeOf(5);
        for (int bytes = STEP_BYTES - first - 3 * Frame.HEADER_BYTES; bytes <= STEP_BYTES - first; bytes += 8) {
            disk = new FaultyDisk(bytes);
            LogFixture log = logOn(disk);
            log.append("first", "x".repeat(bytes - Frame.HEADER_BYTES), "next");
            assertThat(log.failures).isEmpty();
            cutOff();
        }
    }

    /** Were a length on record before it is durable, a sound file would look cut off. */
    @Test
    void I1_powerCutWhileTheFileGrows_losesNothingAcknowledged() throws IOException {
        LogFixture log = logOn(disk);
        int[] cutsOfPower = {0};
        List<String> refused = new ArrayList<>();
        disk.afterEachOperation(operation -> {
            for (int seed = 0; seed < 10; seed++) {
                cutsOfPower[0]++;
                try {
                    assertThat(logOn(disk.copyOf(seed).crash()).log.lastIndex())
                            .isGreaterThanOrEqualTo(log.applied.size());
                } catch (IOException refusal) {
                    refused.add("behind " + operation + ": " + refusal.getMessage());
                }
            }
        });
        for (int larger = 1; larger < 10; larger++) {
            log.append("small", "x".repeat(STEP_BYTES * larger), "small", "small");
        }
        assertThat(log.applied).hasSize(36);
        assertThat(cutsOfPower[0]).isGreaterThan(500);
        assertThat(refused).as("logs that are refused after a power cut").isEmpty();
    }

    /** At each frame's edge, and at other places. */
    private void cutOff() throws IOException {
        long lastIndex = logOn(disk.copyOf()).log.lastIndex();
        Path last = disk.list(DIRECTORY).stream()
                .filter(name -> name.endsWith(".log"))
                .sorted()
                .reduce((first, second) -> second)
                .map(DIRECTORY::resolve)
                .orElseThrow();
        byte[] whole = disk.bytes(last);
        TreeSet<Integer> places = new TreeSet<>();
        long end;
        SegmentHeader header = SegmentHeader.decode(page(whole), last);
        try (DiskFile file = disk.openForRead(last)) {
            FrameReader reader = new FrameReader(file, header, whole.length);
            while (reader.next()) {
                if (!reader.isEntry() && reader.index() > 0) {
                    marks++;
                }
                places.add((int) reader.nextOffset());
            }
            end = reader.nextOffset();
        }
        for (int i = 0; i < 5; i++) {
            places.add(SegmentHeader.BYTES + random.nextInt(whole.length - SegmentHeader.BYTES));
        }
        places.add(SegmentHeader.BYTES);
        places.add(whole.length - 1);
        for (int place : places) {
            if (place == whole.length) {
                continue;
            }
            FaultyDisk cut = disk.copyOf();
            cut.put(last, Arrays.copyOf(whole, place));
            cuts++;
            reused += header.reused() ? 1 : 0;
            if (place < end) {
                assertThatThrownBy(() -> logOn(cut))
                        .as(last + " of " + whole.length + " bytes, to " + end + " of them frames, cut off at " + place)
                        .isInstanceOf(CorruptionException.class)
                        .hasMessageContaining(last + ": " + place + " bytes, but its ");
            } else {
                behindTheFrames++;
                try {
                    assertThat(logOn(cut).log.lastIndex()).isEqualTo(lastIndex);
                } catch (CorruptionException refused) {
                    assertThat(refused).hasMessageContaining(last + ": " + place + " bytes, but its ");
                }
            }
        }
    }

    private static ByteBuffer page(byte[] file) {
        return ByteBuffer.wrap(Arrays.copyOf(file, SegmentHeader.BYTES));
    }
}
