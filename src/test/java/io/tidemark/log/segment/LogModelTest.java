package io.tidemark.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Random lives of a log against a list: appends in groups, releases, orderly closes, crashes that keep what was forced
 * and take, cut or blank what was not. jqwik prints the seed of a failure.
 */
final class LogModelTest {
    private static final int SEGMENT_BYTES = 16 << 10;

    @Property(tries = 60)
    void randomLife_equalsTheModel(@ForAll long seed, @ForAll @IntRange(min = 5, max = 60) int steps)
            throws IOException {
        Path directory = Files.createTempDirectory("tidemark-log-model");
        try {
            new Life(directory.resolve("log"), new Random(seed)).run(steps);
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static final class Life {
        private final Path directory;
        private final Random random;
        /** Texts of all acknowledged entries, index 1 first. */
        private final List<String> acknowledged = new ArrayList<>();

        private int durable;
        private int counter;
        private LogFixture log;

        Life(Path directory, Random random) throws IOException {
            this.directory = directory;
            this.random = random;
            this.log = fixture();
        }

        private LogFixture fixture() {
            int kind = random.nextInt(3);
            SegmentLogOptions options = new SegmentLogOptions(SEGMENT_BYTES, 4096 * kind, kind);
            return new LogFixture(Disk.real(), directory, options, LogFixture.ID, LogFixture.SHARD);
        }

        void run(int steps) throws IOException {
            log.open(0);
            for (int i = 0; i < steps; i++) {
                switch (random.nextInt(8)) {
                    case 0 -> crash();
                    case 1 -> {
                        log.close();
                        reopen();
                    }
                    case 2 -> release();
                    case 3 -> read();
                    default -> append();
                }
                assertThat(log.log.lastIndex()).isEqualTo(acknowledged.size());
            }
            crash();
        }

        private String text() {
            int size = random.nextInt(10) == 0 ? random.nextInt(40_000) : random.nextInt(600);
            return ++counter + "x".repeat(size);
        }

        private void append() {
            int batches = 1 + random.nextInt(6);
            String[] texts = new String[batches];
            for (int i = 0; i < batches; i++) {
                texts[i] = text();
                acknowledged.add(texts[i]);
            }
            log.appendTogether(texts);
            assertThat(log.applied.get(log.applied.size() - 1))
                    .isEqualTo(acknowledged.size() + "=" + texts[batches - 1]);
        }

        private void release() {
            durable += random.nextInt(acknowledged.size() - durable + 1);
            log.release(durable);
            assertThat(log.log.releasedIndex()).isLessThanOrEqualTo(durable);
        }

        private void read() throws IOException {
            int released = (int) log.log.releasedIndex();
            if (released == acknowledged.size()) {
                return;
            }
            int from = released + 1 + random.nextInt(acknowledged.size() - released);
            int to = from + random.nextInt(acknowledged.size() - from + 1);
            assertThat(log.read(from, to)).isEqualTo(numbered(from, to));
        }

        /** Dies in the middle of a group, of which an arbitrary part, with holes, is on disk. */
        private void crash() throws IOException {
            if (random.nextBoolean()) {
                log.disk.failWhen(call -> call.startsWith("force 0"));
                List<Long> ids = LogDirectory.segmentIds(LogFixture.names(directory));
                long before = ids.isEmpty() ? 0 : Files.size(lastSegment());
                int acked = acknowledged.size();
                int batches = 1 + random.nextInt(4);
                String[] texts = Stream.generate(this::text).limit(batches).toArray(String[]::new);
                log.appendTogether(texts);
                assertThat(log.failures).hasSize(1);
                assertThat(acknowledged).hasSize(acked);
                if (!ids.isEmpty()) {
                    damage(lastSegment(), before);
                }
                reopenAfter(texts);
            } else {
                reopen();
            }
        }

        private Path lastSegment() throws IOException {
            List<Long> ids = LogDirectory.segmentIds(LogFixture.names(directory));
            return LogFixture.segment(directory, ids.get(ids.size() - 1).intValue());
        }

        private void damage(Path file, long forced) throws IOException {
            long size = Files.size(file);
            if (size <= forced) {
                return;
            }
            int kind = random.nextInt(3);
            long at = forced + (long) (random.nextDouble() * (size - forced));
            if (kind == 0) {
                LogFixture.truncate(file, at);
            } else if (kind == 1) {
                LogFixture.zero(file, Math.max(forced, at & -512), (at & -512) + 512L * (1 + random.nextInt(8)));
            }
        }

        private void reopen() throws IOException {
            reopenAfter();
        }

        /** Entries that were never acknowledged may turn up, in order and without a gap. */
        private void reopenAfter(String... unknown) throws IOException {
            log = fixture();
            log.open(durable);
            int survivors = (int) log.log.lastIndex() - acknowledged.size();
            assertThat(survivors).isBetween(0, unknown.length);
            acknowledged.addAll(List.of(unknown).subList(0, survivors));
            assertThat(log.applied).isEqualTo(numbered(durable + 1, acknowledged.size()));
        }

        private List<String> numbered(int from, int to) {
            List<String> entries = new ArrayList<>();
            for (int i = from; i <= to; i++) {
                entries.add(i + "=" + acknowledged.get(i - 1));
            }
            return entries;
        }
    }
}
