package io.tidemark.it;

import io.tidemark.disk.Disk;
import io.tidemark.log.LogApplier;
import io.tidemark.log.LogBatch;
import io.tidemark.log.LogEntry;
import io.tidemark.log.segment.SegmentLog;
import io.tidemark.log.segment.SegmentLogOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A process that opens a log and appends to it in groups of several entries of one size, until it is killed. It prints
 *
 * <pre>
 * found INDEX LIFE       for each entry that it found: in which life it was written
 * open INDEX             the log is open; its last entry
 * durable INDEX          an entry that it appended and the log has answered for
 * </pre>
 *
 * <p>A node's group is seldom more than one entry; here most are several, so that one can be torn in its midst.
 */
final class LogWriter implements LogApplier {
    private static final UUID OWNER = new UUID(1, 2);

    private final int life;
    private final int entryBytes;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

    private LogWriter(int life, int entryBytes) {
        this.life = life;
        this.entryBytes = entryBytes;
    }

    /** An entry that says in which life it was written. */
    private final class Written implements LogBatch {
        @Override
        public ByteBuffer close() {
            ByteBuffer payload = ByteBuffer.allocate(entryBytes);
            while (payload.remaining() >= Integer.BYTES) {
                payload.putInt(life);
            }
            return payload.rewind();
        }

        @Override
        public void failed(IOException cause, boolean outcomeUnknown) {
            System.err.println("failed: " + cause);
        }
    }

    @Override
    public void apply(LogEntry entry, @Nullable LogBatch origin) {
        System.out.println(
                origin == null
                        ? "found " + entry.index() + " "
                                + entry.payload().getInt(entry.payload().position())
                        : "durable " + entry.index());
    }

    @Override
    public void applyUnlogged(LogBatch origin) {}

    private void run(Path directory, long segmentBytes, int most, SplittableRandom random) throws IOException {
        SegmentLog log = new SegmentLog(
                Disk.real(),
                directory,
                OWNER,
                0,
                new SegmentLogOptions(segmentBytes),
                tasks::add,
                System::currentTimeMillis,
                cause -> System.err.println("failed: " + cause));
        log.open(0, this);
        System.out.println("open " + log.lastIndex());
        while (true) {
            int group = 1 + random.nextInt(most);
            for (int i = 0; i < group; i++) {
                log.append(new Written());
            }
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }
    }

    /** {@code --dir DIR --life N --entry-bytes N --segment-bytes N --most N --seed N}; groups of {@code most} entries at most. */
    public static void main(String[] words) throws IOException {
        Options options = Options.parse(words);
        new LogWriter((int) options.number("life", 1), (int) options.number("entry-bytes", 1_000))
                .run(
                        Path.of(options.text("dir", "")),
                        options.number("segment-bytes", 1 << 20),
                        (int) options.number("most", 8),
                        new SplittableRandom(options.number("seed", 0)));
    }
}
