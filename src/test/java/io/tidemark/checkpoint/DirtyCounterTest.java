package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DirtyCounterTest {
    private final AtomicLong clock = new AtomicLong(1_000);
    private final AtomicInteger wakes = new AtomicInteger();
    private final DirtyCounter dirty = new DirtyCounter(clock::get);

    private DirtyCounter proven() {
        dirty.adopt(wakes::incrementAndGet);
        dirty.complete(0, dirty.begin());
        return dirty;
    }

    @Test
    void of_sameShard_isTheSameObject() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            assertThat(DirtyCounter.of(vertx, "a", 1)).isSameAs(DirtyCounter.of(vertx, "a", 1));
            assertThat(DirtyCounter.of(vertx, "a", 1)).isNotSameAs(DirtyCounter.of(vertx, "a", 2));
            assertThat(DirtyCounter.of(vertx, "a", 1)).isNotSameAs(DirtyCounter.of(vertx, "b", 1));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    @Test
    void mark_manyTimes_wakesAndStampsOnce() {
        proven();
        clock.set(2_000);
        dirty.mark(1, 10);
        clock.set(3_000);
        dirty.mark(2, 10);
        assertThat(wakes).hasValue(1);
        assertThat(dirty.oldestNanos()).isEqualTo(2_000);
        assertThat(dirty.dirtyBytes()).isEqualTo(20);
    }

    @Test
    void mark_afterACapture_isStampedAnewAndKeepsTheOldStampForAFailure() {
        proven();
        clock.set(2_000);
        dirty.mark(1, 10);
        DirtyCounter.Start start = dirty.begin();
        clock.set(5_000);
        dirty.mark(2, 10);
        assertThat(start.oldestNanos()).isEqualTo(2_000);
        dirty.complete(1, start);
        assertThat(dirty.oldestNanos()).isEqualTo(5_000);
        assertThat(dirty.dirty()).isTrue();
        assertThat(dirty.dirtyBytes()).isEqualTo(10);
    }

    @Test
    void withdraw_marksSinceTheBegin_theOldestByteIsAsOldAsItWasUntilAGenerationSucceeds() {
        proven();
        clock.set(2_000);
        dirty.mark(1, 10);
        DirtyCounter.Start start = dirty.begin();
        clock.set(5_000);
        dirty.mark(2, 10);
        dirty.withdraw(start);
        assertThat(dirty.oldestNanos())
                .as("after a generation that could not start")
                .isEqualTo(2_000);
        DirtyCounter.Start next = dirty.begin();
        assertThat(next.oldestNanos()).isEqualTo(2_000);
        clock.set(7_000);
        dirty.mark(3, 10);
        dirty.complete(2, next);
        assertThat(dirty.oldestNanos()).as("what is left").isEqualTo(7_000);
    }

    @Test
    void mark_afterALongCleanTime_isStampedAnew() {
        proven();
        dirty.mark(1, 10);
        dirty.complete(1, dirty.begin());
        clock.set(9_000);
        dirty.mark(2, 10);
        assertThat(dirty.oldestNanos()).isEqualTo(9_000);
    }

    @Test
    void mark_sameIndexAfterTheCapture_isDirtyUntilAGenerationHasCoveredIt() {
        proven();
        dirty.mark(5, 10);
        DirtyCounter.Start start = dirty.begin();
        dirty.mark(5, 7);
        dirty.complete(5, start);
        assertThat(dirty.dirty()).isTrue();
        assertThat(dirty.dirtyBytes()).isEqualTo(7);
        dirty.complete(5, dirty.begin());
        assertThat(dirty.dirty()).isFalse();
        assertThat(dirty.dirtyBytes()).isZero();
    }

    @Test
    void mark_sameIndexOnACleanShard_isDirtyAndWakesAndStampsOnce() {
        proven(); // captured index 0
        clock.set(2_000);
        dirty.mark(0, 10);
        clock.set(3_000);
        dirty.mark(0, 10);
        assertThat(dirty.dirty()).isTrue();
        assertThat(dirty.dirtyBytes()).isEqualTo(20);
        assertThat(wakes).hasValue(1);
        assertThat(dirty.oldestNanos()).isEqualTo(2_000);
        dirty.complete(0, dirty.begin());
        clock.set(4_000);
        dirty.mark(0, 10);
        assertThat(wakes).hasValue(2);
        assertThat(dirty.oldestNanos()).isEqualTo(4_000);
    }

    @Test
    void mark_noBytes_isDirtyByItsIndexOnly() {
        proven();
        dirty.mark(1, 0);
        assertThat(dirty.dirty()).isTrue();
        assertThat(dirty.dirtyBytes()).isZero();
        DirtyCounter.Start start = dirty.begin();
        dirty.mark(1, 0);
        dirty.complete(1, start);
        assertThat(dirty.dirty()).isFalse();
        dirty.mark(1, 0);
        assertThat(dirty.dirty()).isFalse();
    }

    @Test
    void mark_reachesTheLimit_wakesOnce() {
        proven();
        dirty.limit(100);
        dirty.mark(1, 99);
        assertThat(wakes).hasValue(1);
        dirty.mark(2, 1);
        dirty.mark(3, 50);
        assertThat(wakes).hasValue(2);
    }

    @Test
    void complete_olderIndex_doesNotGoBack() {
        proven();
        dirty.mark(7, 1);
        dirty.complete(7, dirty.begin());
        dirty.complete(3, dirty.begin());
        assertThat(dirty.durableIndex()).isEqualTo(7);
    }

    /** The seed's own implementation was clean and not in flight for a moment, over bytes that no force had covered. */
    @Test
    void fail_readerAlongside_neverSeesCleanAndNotInFlight() throws Exception {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "one processor: nothing runs alongside");
        proven();
        dirty.mark(1, 10);
        AtomicInteger falselyClean = new AtomicInteger();
        AtomicLong turns = new AtomicLong();
        AtomicInteger done = new AtomicInteger();
        Thread reader = new Thread(() -> {
            boolean last = false;
            while (done.get() == 0) {
                if (!dirty.dirty() && !dirty.inFlight() && !dirty.dirty()) {
                    falselyClean.incrementAndGet();
                }
                boolean now = dirty.inFlight();
                if (now != last) {
                    turns.incrementAndGet();
                }
                last = now;
            }
        });
        reader.start();
        long from = System.nanoTime();
        // A reader that sees few of the turns does not run at the same time, but by turns, and sees no moment between.
        for (int generation = 0;
                generation < 2_000_000 || (turns.get() < 50_000 && System.nanoTime() - from < 120_000_000_000L);
                generation++) {
            dirty.begin();
            dirty.fail();
        }
        done.set(1);
        reader.join();
        assertThat(turns).as("the control: turns that the reader saw").hasValueGreaterThanOrEqualTo(50_000);
        assertThat(falselyClean)
                .as("moments in which unsynced bytes were neither dirty nor in flight")
                .hasValue(0);
    }

    /** What jcstress asks of three threads needs three processors; this needs none to spare. */
    @Test
    void writerGenerationsAndReader_neverCleanOverWhatIsNotDurable() throws Exception {
        proven();
        AtomicLong published = new AtomicLong();
        AtomicInteger done = new AtomicInteger();
        AtomicLong falselyClean = new AtomicLong();
        AtomicLong clean = new AtomicLong();
        Thread writer = new Thread(() -> {
            for (long index = 1; done.get() == 0; index++) {
                published.set(index);
                dirty.mark(index, 1);
                while (index % 64 == 0 && done.get() == 0 && dirty.dirty()) {
                    Thread.onSpinWait(); // so that it is clean now and then
                }
            }
        });
        Thread reader = new Thread(() -> {
            while (done.get() == 0) {
                long marked = dirty.appendedIndex();
                if (!dirty.dirty()) {
                    clean.incrementAndGet();
                    falselyClean.addAndGet(dirty.durableIndex() < marked ? 1 : 0);
                }
            }
        });
        writer.start();
        reader.start();
        long from = System.nanoTime();
        for (int generation = 0; generation < 200_000 || clean.get() < 1_000; generation++) {
            DirtyCounter.Start start = dirty.begin();
            long captured = published.get();
            if (generation % 3 == 0) {
                dirty.fail();
            } else {
                dirty.complete(captured, start);
            }
            assertThat(System.nanoTime() - from)
                    .as("ns until it was clean often enough")
                    .isLessThan(30_000_000_000L);
        }
        done.set(1);
        writer.join();
        reader.join();
        assertThat(falselyClean)
                .as("looks that found it clean over bytes that were not durable")
                .hasValue(0);
    }

    /** The same of a writer whose writes all have one index: only the bytes differ. */
    @Test
    void writerOfOneIndexGenerationsAndReader_neverCleanOverWhatIsNotDurable() throws Exception {
        proven();
        AtomicLong published = new AtomicLong();
        AtomicLong durable = new AtomicLong();
        AtomicInteger done = new AtomicInteger();
        AtomicLong falselyClean = new AtomicLong();
        AtomicLong clean = new AtomicLong();
        Thread writer = new Thread(() -> {
            for (long length = 1; done.get() == 0; length++) {
                published.set(length);
                dirty.mark(0, 1);
                while (length % 64 == 0 && done.get() == 0 && dirty.dirty()) {
                    Thread.onSpinWait(); // so that it is clean now and then
                }
            }
        });
        Thread reader = new Thread(() -> {
            while (done.get() == 0) {
                long marked = dirty.appendedBytes();
                if (!dirty.dirty()) {
                    clean.incrementAndGet();
                    falselyClean.addAndGet(durable.get() < marked ? 1 : 0);
                }
            }
        });
        writer.start();
        reader.start();
        long from = System.nanoTime();
        for (int generation = 0; generation < 200_000 || clean.get() < 1_000; generation++) {
            DirtyCounter.Start start = dirty.begin();
            long captured = published.get();
            if (generation % 3 == 0) {
                dirty.fail();
            } else {
                durable.set(captured);
                dirty.complete(0, start);
            }
            assertThat(System.nanoTime() - from)
                    .as("ns until it was clean often enough")
                    .isLessThan(30_000_000_000L);
        }
        done.set(1);
        writer.join();
        reader.join();
        assertThat(falselyClean)
                .as("looks that found it clean over bytes that were not durable")
                .hasValue(0);
    }
}
