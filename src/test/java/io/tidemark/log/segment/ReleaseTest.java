package io.tidemark.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A log forgets what it may, also when nobody writes any more. */
class ReleaseTest {
    private static final Path DIRECTORY = Path.of("/data/log");

    private final FaultyDisk disk = FaultyDisk.seeded();
    private final LogFixture log = new LogFixture(
            disk,
            DIRECTORY,
            new SegmentLogOptions(SegmentLogOptions.MIN_SEGMENT_BYTES, 0, 0),
            LogFixture.ID,
            LogFixture.SHARD);

    @Test
    void release_whileAnotherReleaseIsCarriedOut_isCarriedOutWithoutAWrite() throws IOException {
        disk.createDirectories(Path.of("/data"));
        log.open(0);
        String pad = "-".repeat(3900); // one entry fills a segment
        log.append(pad, pad, pad, pad);
        AtomicBoolean second = new AtomicBoolean();
        disk.faults().before(Operation.RENAME, "**", path -> {
            if (second.compareAndSet(false, true)) {
                log.log.release(3); // the record of the first is just being written
            }
        });
        log.release(1);
        assertThat(second).as("the second came in the middle of the first").isTrue();
        assertThat(log.log.releasedIndex()).isEqualTo(3);
        assertThat(log.log.retainedBytes()).as("one segment is left").isLessThan(2 * 4096 + 3952);
    }
}
