package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import org.jspecify.annotations.Nullable;

/**
 * Shards of one instance under random schedules of writes, ticks, syncs, reloads, forces that take their time, fail, or can't
 * be started. jqwik prints the seed of a failure; what was met is printed at the end, and too little of it fails.
 */
final class CheckpointerScheduleTest {
    private static final TreeMap<String, Integer> MET = new TreeMap<>();

    private static void met(String what) {
        MET.merge(what, 1, Integer::sum);
    }

    @AfterContainer
    static void print() {
        System.out.println("met " + MET);
        if (MET.values().stream().mapToInt(Integer::intValue).sum() > 100_000) {
            for (CheckpointTrigger trigger : CheckpointTrigger.values()) {
                if (trigger != CheckpointTrigger.SHUTDOWN) {
                    assertThat(MET).containsKey("generation " + trigger.label());
                }
            }
            assertThat(MET)
                    .containsKeys("not started", "force failed", "reload", "waits for a permit", "lent", "repaired")
                    .containsKeys("sync of a clean shard", "sync after 1 generations", "sync after 2 generations");
        }
    }

    @Property(tries = 300)
    void anySchedule_oneGenerationAtATime_andNoWaiterPastTwo(@ForAll long seed) {
        new Schedule(seed).run(400);
    }

    @Property(tries = 300)
    void promptDisk_noByteIsUnsyncedPastItsDeadline(@ForAll long seed) {
        Random random = new Random(seed);
        CheckpointOptions options = Shard.options(random).setMaxConcurrentFsyncs(64);
        CheckpointerRig rig = new CheckpointerRig(options).started();
        rig.loop.holdBlocking(true);
        List<Long> written = new ArrayList<>();
        long longestMillis = options.getMaxDelayMs() + 1;
        long allowedMillis = longestMillis;
        for (int step = 0; step < 400; step++) {
            rig.loop.advanceMillis(random.nextInt(3) == 0 ? 0 : random.nextInt((int) options.getIdleMs() + 5));
            if (rig.loop.blockedTasks() > 0) {
                if (random.nextInt(8) == 0) {
                    rig.loop.rejectBlocked();
                    allowedMillis += options.getIntervalMs() + 1; // the next tick tries again
                    met("not started");
                } else {
                    int before = rig.outcomes.size();
                    rig.loop.runBlocked();
                    rig.loop.runReady();
                    assertThat(rig.outcomes).hasSize(before + 1);
                    CheckpointOutcome outcome = rig.outcomes.get(before);
                    met("generation " + outcome.trigger().label());
                    written.subList(0, (int) outcome.toIndex()).replaceAll(at -> Long.MAX_VALUE);
                    allowedMillis = longestMillis;
                }
                rig.loop.runReady();
            }
            if (random.nextInt(4) != 0) {
                rig.write();
                written.add(rig.loop.nanoTime());
            }
            long oldest = written.stream().mapToLong(at -> at).min().orElse(Long.MAX_VALUE);
            if (oldest != Long.MAX_VALUE) {
                assertThat(TimeUnit.NANOSECONDS.toMillis(rig.loop.nanoTime() - oldest))
                        .as("age of the oldest unsynced byte in ms, with options %s", options)
                        .isLessThanOrEqualTo(allowedMillis + options.getIdleMs() + 5);
            }
        }
    }

    /** A sync request that has no answer yet. */
    private record SyncRequested(Future<SyncResult> answer, long index, int endedBefore, long startedBefore) {}

    /** One shard, and what must hold for it at each of its generations. */
    private static final class Shard implements CheckpointListener {
        final ScriptedStore store = new ScriptedStore();
        final DirtyCounter dirty;
        final Checkpointer checkpointer;
        final List<SyncRequested> requested = new ArrayList<>();
        private final Running running;
        private long started;
        private int ended;
        private long failedAt = -1;
        private boolean inMidGeneration;

        Shard(VirtualLoop loop, ForcePermits permits, int number, CheckpointOptions options, Running running) {
            this.running = running;
            dirty = new DirtyCounter(loop::nanoTime);
            store.repairable = true;
            checkpointer = new Checkpointer("test", number, store, dirty, permits, loop, options, this);
        }

        static CheckpointOptions options(Random random) {
            return new CheckpointOptions()
                    .setIntervalMs(20 + random.nextInt(400))
                    .setIdleMs(random.nextInt(40))
                    .setMaxDelayMs(50 + random.nextInt(1_000))
                    .setMaxDirtyBytes(random.nextBoolean() ? 1 << 20 : 4_096)
                    .setMaxConcurrentFsyncs(1 + random.nextInt(3))
                    .setStallWarnMs(100)
                    .setStallShedMs(300);
        }

        @Override
        public void started(String name, int shard, CheckpointTrigger trigger) {
            running.kept(() -> checkStarted(trigger));
        }

        private void checkStarted(CheckpointTrigger trigger) {
            assertThat(inMidGeneration)
                    .as("a generation began while one was running")
                    .isFalse();
            assertThat(dirty.dirty()).as("a clean shard was forced").isTrue();
            assertThat(failedAt >= 0 && repairs() == failedAt)
                    .as("a generation after one that failed, without a repair")
                    .isFalse();
            failedAt = -1;
            inMidGeneration = true;
            started++;
            running.began();
            met("generation " + trigger.label());
        }

        @Override
        public void ended(CheckpointOutcome outcome) {
            running.kept(() -> checkEnded(outcome));
        }

        private void checkEnded(CheckpointOutcome outcome) {
            assertThat(dirty.durableIndex())
                    .as("durable beyond what was captured")
                    .isLessThanOrEqualTo(Math.max(outcome.toIndex(), outcome.fromIndex()));
            inMidGeneration = false;
            ended++;
            running.ended();
            if (!outcome.succeeded()) {
                failedAt = repairs();
                met("force failed");
            }
        }

        long repairs() {
            return store.calls.stream()
                    .filter(call -> call.startsWith("repair"))
                    .count();
        }

        void ask() {
            long index = store.index();
            requested.add(new SyncRequested(checkpointer.sync(), index, ended, started));
        }

        void checkAnswers() {
            for (SyncRequested each : requested) {
                int waited = ended - each.endedBefore();
                assertThat(waited).as("generations that a waiter saw end").isLessThanOrEqualTo(2);
                if (!each.answer().isComplete()) {
                    assertThat(waited)
                            .as("generations that left a waiter waiting")
                            .isLessThanOrEqualTo(1);
                } else if (each.answer().succeeded()) {
                    SyncResult result = each.answer().result();
                    assertThat(result.durableIndex())
                            .as("what a sync answered, and what its asker had seen applied")
                            .isGreaterThanOrEqualTo(each.index());
                    assertThat(result.files() == 0 || result.generation() > each.startedBefore())
                            .as("what a sync answered: a generation that began after it was asked, or none was needed")
                            .isTrue();
                    met(result.files() == 0 ? "sync of a clean shard" : "sync after " + waited + " generations");
                } else {
                    met("sync failed");
                }
            }
            requested.removeIf(each -> each.answer().isComplete());
        }
    }

    /** How many generations of all shards are forcing. */
    private static final class Running {
        private final ForcePermits permits;
        private int now;
        private int limit;
        private @Nullable AssertionError wrong;

        Running(ForcePermits permits) {
            this.permits = permits;
        }

        /** What a listener throws only gets logged; so the first is kept. */
        void kept(Runnable check) {
            try {
                check.run();
            } catch (AssertionError e) {
                wrong = wrong == null ? e : wrong;
                throw e;
            }
        }

        void rethrow() {
            if (wrong != null) {
                throw wrong;
            }
        }

        void began() {
            now++;
            assertThat(now)
                    .as("forces at once, with %d permits, and those that hang", limit)
                    .isLessThanOrEqualTo(limit + permits.lent());
            if (now > limit) {
                met("lent");
            }
        }

        void ended() {
            now--;
        }
    }

    private static final class Schedule {
        private final Random random;
        private final VirtualLoop loop = new VirtualLoop();
        private final ForcePermits permits = new ForcePermits();
        private final Running running = new Running(permits);
        private final List<Shard> shards = new ArrayList<>();
        private CheckpointOptions options;

        Schedule(long seed) {
            random = new Random(seed);
            options = Shard.options(random);
            loop.holdBlocking(true);
            limit();
            for (int number = random.nextInt(4); number >= 0; number--) {
                shards.add(new Shard(loop, permits, number, options, running));
            }
        }

        private void limit() {
            loop.runReady(); // who has a permit has begun
            running.limit = Math.max(running.now - permits.lent(), options.getMaxConcurrentFsyncs());
            permits.limit(options.getMaxConcurrentFsyncs());
        }

        void run(int steps) {
            shards.forEach(shard -> {
                shard.checkpointer.start(loop.nanoTime());
                tickForEver(shard);
            });
            for (int step = 0; step < steps; step++) {
                Shard shard = shards.get(random.nextInt(shards.size()));
                switch (random.nextInt(10)) {
                    case 0, 1 -> shard.store.write(shard.dirty, 1 + random.nextInt(600));
                    case 2 -> write(shard);
                    case 3 -> shard.ask();
                    case 4 -> block(shard);
                    case 5 -> loop.advanceMillis(random.nextInt(random.nextInt(20) == 0 ? 500 : 20));
                    case 6 -> reload(shard);
                    case 7 -> tickBurst(shard);
                    default -> loop.runReady();
                }
                running.rethrow();
                shards.forEach(Shard::checkAnswers);
            }
        }

        private void write(Shard shard) {
            if (random.nextInt(4) == 0) {
                shard.store.writeUnmarked(1 + random.nextInt(600));
                met("unmarked write");
            } else {
                shard.store.write(shard.dirty, 1 + random.nextInt(600));
            }
        }

        private void tickForEver(Shard shard) {
            loop.schedule(options.getIntervalMs(), () -> {
                tickForEver(shard);
                shard.checkpointer.tick();
            });
        }

        private void tickBurst(Shard shard) {
            for (int late = random.nextInt(3); late >= 0; late--) {
                shard.checkpointer.tick();
            }
        }

        private void block(Shard shard) {
            if (loop.blockedTasks() > 1) {
                met("waits for a permit");
            }
            if (loop.blockedTasks() == 0) {
                return;
            }
            if (random.nextInt(6) == 0) {
                shard.store.failForces = 1;
            }
            long repairs = repairs();
            loop.runBlocked(random.nextInt(loop.blockedTasks()));
            if (repairs() > repairs) {
                met("repaired");
            }
        }

        private long repairs() {
            return shards.stream().mapToLong(Shard::repairs).sum();
        }

        private void reload(Shard shard) {
            if (random.nextInt(4) == 0) {
                options = Shard.options(random);
                limit();
                met("reload");
                shard.checkpointer.reconfigure(options, loop.nanoTime() + random.nextInt(1_000_000));
            }
        }
    }
}
