package io.tidemark.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import io.tidemark.log.RetryLaterException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OwnerWatchTest {
    private static final Path ROOT = Path.of("/data");

    private final FaultyDisk disk = FaultyDisk.seeded();
    private final InstantClock clock = new InstantClock();
    private final List<String> lost = new ArrayList<>();
    private final OwnerWatch watch;

    OwnerWatchTest() throws IOException {
        disk.createDirectories(ROOT);
        watch = new OwnerWatch(List.of(taken()), clock, lost::add);
    }

    private Ownership taken() throws IOException {
        return Ownership.take(disk, new OneLock(), UUID.randomUUID(), "m", true, null, clock);
    }

    private record OneLock() implements HeldLock {
        @Override
        public Path directory() {
            return ROOT;
        }

        @Override
        public String setting() {
            return "data_dir";
        }

        @Override
        public String key() {
            return "(1)";
        }

        @Override
        public String keyAtName() {
            return "(1)";
        }

        @Override
        public String stamp(Path file) {
            return UUID.randomUUID().toString(); // the file may have been replaced
        }
    }

    @Test
    void check_withinTheLease_costsNoDiskAccess() throws Exception {
        watch.check();
        int looked = disk.journal().size();
        clock.advance(Ownership.LEASE_MS);
        watch.check();
        assertThat(disk.journal().size()).isEqualTo(looked);
        clock.advance(1);
        watch.check();
        assertThat(disk.journal().size()).as("after a pause of the process").isGreaterThan(looked);
    }

    @Test
    void check_afterAnotherHasTakenTheDirectory_isRefusedForGoodAndReportedOnce() throws Exception {
        watch.check();
        Ownership another = taken();
        clock.advance(Ownership.LEASE_MS + 1);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(watch::check).isInstanceOf(RetryLaterException.class);
        }
        assertThat(lost).hasSize(1);
        assertThat(lost.get(0)).contains("/data (`data_dir`) is no longer this node's", "OWNER names another node");
        assertThat(watch.isLost()).isTrue();
        assertThat(another.check()).isEqualTo(OwnerCheck.OWNED);
    }

    /** A failed check proves nothing about the owner. */
    @Test
    void check_whileTheDirectoryIsUnreadable_waitsAndLosesNothing() throws Exception {
        watch.check();
        disk.faults().fail(Operation.OPEN, "/data/OWNER").times(3);
        assertThatCode(watch::check).as("the last check is still valid").doesNotThrowAnyException();
        clock.advance(Ownership.LEASE_MS + 1);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(watch::check)
                    .isInstanceOf(RetryLaterException.class)
                    .cause()
                    .hasMessageContaining("whether /data (`data_dir`) is still this node's can't be checked: ");
        }
        watch.check();
        assertThat(lost).isEmpty();
    }

    /** One thread hangs with the disk; other callers return. */
    @Test
    void check_whileAnotherHangs_returns() throws Exception {
        watch.check();
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        disk.faults().before(Operation.OPEN, "/data/OWNER", path -> {
            reached.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        clock.advance(Ownership.LEASE_MS + 1);
        Thread hanging = new Thread(() -> assertThatCode(watch::check).doesNotThrowAnyException());
        hanging.start();
        reached.await();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(watch::check)
                    .isInstanceOf(RetryLaterException.class)
                    .cause()
                    .hasMessageContaining("the disk does not answer");
        }
        go.countDown();
        hanging.join();
        watch.check();
        assertThat(lost).isEmpty();
    }
}
