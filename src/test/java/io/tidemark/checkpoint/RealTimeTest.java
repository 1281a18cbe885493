package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The times of the policy on a real Vert.x; what it decides is tested on virtual time elsewhere. */
@Execution(ExecutionMode.CONCURRENT) // they mostly wait
class RealTimeTest extends RealStores {

    /** How late this machine may be, beside what is asserted. */
    private static final long LATE_MS = 250;

    /** When a generation of a shard captured. */
    private record Begun(int shard, CheckpointTrigger trigger, long nanos) {}

    private final LinkedBlockingQueue<Begun> begun = new LinkedBlockingQueue<>();

    private Checkpointers listening(CheckpointOptions options, List<PlainFileStore> targets) throws Exception {
        CheckpointListener listener = new CheckpointListener() {
            @Override
            public void started(String store, int shard, CheckpointTrigger trigger) {
                begun.add(new Begun(shard, trigger, System.nanoTime()));
            }
        };
        Checkpointers checkpointers = await(Checkpointers.deploy(vertx, "orders", options, targets, listener));
        await(checkpointers.syncNow());
        begun.clear();
        return checkpointers;
    }

    private Begun next() throws InterruptedException {
        Begun one = begun.poll(20, TimeUnit.SECONDS);
        assertThat(one).as("a generation").isNotNull();
        return one;
    }

    /** The next moment of the grid on which a shard ticks. */
    private static long tickNanos(int shard, long intervalMs) {
        long nowMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
        return TimeUnit.MILLISECONDS.toNanos(nowMs + TickGrid.delayMillis(shard, intervalMs, nowMs));
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanos - System.nanoTime());
    }

    private static double millis(long nanos) {
        return nanos / 1e6;
    }

    @Test
    void idleShard_isForcedAtItsTick() throws Exception {
        long interval = 1_000;
        List<PlainFileStore> targets = stores(1);
        listening(new CheckpointOptions().setIntervalMs(interval), targets);
        double worst = 0;
        for (int round = 0; round < 3; round++) {
            sleepUntil(tickNanos(0, interval) + TimeUnit.MILLISECONDS.toNanos(100));
            long tick = tickNanos(0, interval);
            targets.get(0).write(dirty("orders", 0)); // 900 ms before it, idle for 250 ms and more by then
            Begun forced = next();
            double late = millis(forced.nanos() - tick);
            worst = Math.max(worst, late);
            assertThat(forced.trigger()).isEqualTo(CheckpointTrigger.INTERVAL);
            assertThat(late).as("ms after the tick").isBetween(-5.0, (double) LATE_MS);
        }
        System.out.printf("RealTimeTest: idle at its tick, forced at most %.1f ms after it%n", worst);
    }

    @Test
    void shardStillWritten_isForcedIdleMsAfterTheLastWrite() throws Exception {
        long interval = 1_500;
        long idle = 250;
        List<PlainFileStore> targets = stores(1);
        listening(new CheckpointOptions().setIntervalMs(interval).setIdleMs(idle), targets);
        double worst = 0;
        for (int round = 0; round < 3; round++) {
            sleepUntil(tickNanos(0, interval) + TimeUnit.MILLISECONDS.toNanos(1_000));
            long tick = tickNanos(0, interval);
            long lastBegan = 0; // this thread may be held up before and after the write itself
            long lastEnded = 0;
            while (System.nanoTime() < tick + TimeUnit.MILLISECONDS.toNanos(300)) {
                lastBegan = System.nanoTime();
                targets.get(0).write(dirty("orders", 0));
                lastEnded = System.nanoTime();
                TimeUnit.MILLISECONDS.sleep(20);
            }
            Begun forced = next();
            double late = millis(forced.nanos() - lastEnded) - idle;
            worst = Math.max(worst, late);
            assertThat(forced.trigger()).isEqualTo(CheckpointTrigger.INTERVAL);
            assertThat(millis(forced.nanos() - lastBegan)).as("ms of idleness").isGreaterThanOrEqualTo(idle - 1.0);
            assertThat(late).as("ms after idle_ms").isLessThanOrEqualTo(idle / 8.0 + LATE_MS);
            assertThat(forced.nanos()).as("before the next tick").isLessThan(tick + interval * 1_000_000);
        }
        System.out.printf("RealTimeTest: still written at its tick, forced at most %.1f ms after idle_ms%n", worst);
    }

    /** With two permits, one hung force would be enough to halve, and two to stop, everybody else. */
    @Test
    void threeHungForcesOfTwoPermits_othersMeetTheirDeadlines() throws Exception {
        long maxDelay = 1_500;
        long warn = 200;
        CheckpointOptions options = new CheckpointOptions()
                .setIntervalMs(3_600_000)
                .setMaxDelayMs(maxDelay)
                .setStallWarnMs(warn)
                .setMaxConcurrentFsyncs(2);
        List<PlainFileStore> targets = stores(8);
        Checkpointers checkpointers = listening(options, targets);
        for (int shard = 0; shard < 3; shard++) {
            targets.get(shard).gate = new CountDownLatch(1);
            targets.get(shard).write(dirty("orders", shard));
            checkpointers.syncNow(shard);
        }
        await(
                "two hung forces",
                () -> targets.subList(0, 3).stream()
                                .mapToInt(each -> each.forces.get())
                                .sum()
                        >= 2);

        List<Double> ages = new ArrayList<>();
        begun.clear();
        for (int round = 0; round < 3; round++) {
            long written = System.nanoTime();
            for (int shard = 3; shard < 8; shard++) {
                targets.get(shard).write(dirty("orders", shard));
            }
            int seen = 0;
            while (seen < 5) {
                Begun forced = next();
                if (forced.shard() >= 3) {
                    seen++;
                    assertThat(forced.trigger()).isEqualTo(CheckpointTrigger.MAX_DELAY);
                    ages.add(millis(forced.nanos() - written));
                }
            }
        }
        double worst = ages.stream().mapToDouble(age -> age).max().orElseThrow();
        System.out.printf(
                "RealTimeTest: beside three hung forces of two permits, max_delay_ms %d, the oldest unsynced byte was"
                        + " captured at %.1f ms%n",
                maxDelay, worst);
        assertThat(targets.subList(0, 3)).allSatisfy(hung -> {
            assertThat(hung.forces).hasValue(1);
            assertThat(hung.durable).isZero();
        });
        assertThat(worst).isLessThan((double) (maxDelay + LATE_MS));
    }

    /** More than there are permits, and more than one pool has threads. */
    @Test
    void hundredHungForces_ofTheSameAndOfAnotherStore_holdUpNobodyElse() throws Exception {
        CheckpointOptions options = new CheckpointOptions()
                .setIntervalMs(3_600_000)
                .setStallWarnMs(50)
                .setStallShedMs(3_600_000);
        List<PlainFileStore> hung = stores(101);
        Checkpointers checkpointers = proven("hung", options, hung);
        PlainFileStore sound = hung.get(100);
        for (int shard = 0; shard < 100; shard++) {
            hung.get(shard).gate = new CountDownLatch(1);
            hung.get(shard).write(dirty("hung", shard));
            checkpointers.syncNow(shard);
        }
        await("100 hung forces", () -> hung.subList(0, 100).stream().allMatch(each -> each.forces.get() == 1));

        sound.write(dirty("hung", 100));
        assertThat(await(checkpointers.syncNow(100)).durableIndex()).isEqualTo(1);
        Checkpointers healthy = deploy("orders", options, stores(1));
        assertThat(await(healthy.syncNow(0)).shard()).isZero();

        assertThat(threadsOf("hung")).as("one for each that forces").isBetween(101L, 102L);
        hung.forEach(each -> each.gate.countDown());
        await(checkpointers.close());
        await("the end of the threads", () -> threadsOf("hung") == 0);
    }

    private static long threadsOf(String store) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().matches("tidemark-checkpoint-" + store + "(\\+\\d+)?-\\d+"))
                .count();
    }
}
