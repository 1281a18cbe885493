package io.tidemark.bitcask;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.FaultyDisk;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Direct memory that a shard keeps after its writes. */
class CommitBufferTest {
    private static final int MIB = 1 << 20;

    private static long directBytes() {
        System.gc(); // frees unreachable buffers
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    /** The same once buffers that other tests of this process have left are gone: they are freed by a thread of the JVM's. */
    private static long steadyDirectBytes() throws InterruptedException {
        long last = directBytes();
        for (int same = 0, looks = 0; same < 5 && looks < 200; looks++) {
            Thread.sleep(20);
            long now = directBytes();
            same = now == last ? same + 1 : 0;
            last = now;
        }
        return last;
    }

    @Test
    void commit_smallEntryAfterALargeOne_givesTheLargeBufferBack() throws Exception {
        FaultyDisk disk = FaultyDisk.seeded();
        disk.createDirectories(Path.of("/data"));
        try (Bitcask store = StoreFixture.open(disk, 256L * MIB)) {
            StoreFixture.commit(store, 1, "a", "1");
            long before = steadyDirectBytes();
            StoreFixture.commit(store, 2, "large", "x".repeat(100 * MIB));
            assertThat(directBytes() - before)
                    .as("the control: taken by the large one")
                    .isGreaterThan(90L * MIB);
            StoreFixture.commit(store, 3, "b", "2");
            Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(directBytes() - before)
                    .as("taken after a small one")
                    .isLessThan(40L * MIB));
            assertThat(StoreFixture.get(store, "b")).isEqualTo("2");
        }
    }
}
