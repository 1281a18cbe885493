package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.checkpoint.CheckpointDecision.Defer;
import io.tidemark.checkpoint.CheckpointDecision.Fire;
import io.tidemark.checkpoint.CheckpointDecision.Skip;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/**
 * What the policy says of any shard at any time, also where the monotonic clock wraps around. jqwik prints the seed, and how
 * much of each kind was seen; too little of a kind fails.
 */
final class CheckpointPolicyPropertyTest {
    private static final int TRIES = 4_000;

    /** A shard, its options and the time. */
    record PolicyInput(CheckpointActivity shard, CheckpointOptions options, long now) {
        static PolicyInput random(Random random) {
            CheckpointOptions options = new CheckpointOptions()
                    .setIntervalMs(10 + random.nextInt(20_000))
                    .setIdleMs(random.nextInt(1_000))
                    .setMaxDelayMs(10 + random.nextInt(200_000))
                    .setMaxDirtyBytes(4_096 + random.nextInt(1 << 20));
            long now = random.nextInt(20) == 0 ? Long.MAX_VALUE - random.nextInt() : random.nextLong();
            long age = about(random, options.getMaxDelayMs());
            boolean rare = random.nextInt(4) == 0;
            CheckpointActivity shard = new CheckpointActivity(
                    random.nextInt(8) != 0,
                    random.nextInt(8) == 0,
                    random.nextBoolean(),
                    random.nextInt(8) == 0,
                    rare && random.nextBoolean(),
                    rare ? random.nextInt(3) : 0,
                    rare ? about(random, options.getMaxDirtyBytes()) : random.nextInt(4_096),
                    now - nanos(age),
                    now - nanos(Math.min(age, about(random, options.getIdleMs()))),
                    now + nanos(random.nextInt((int) options.getIntervalMs())),
                    random.nextInt(3) == 0 ? nanos(random.nextInt(5_000)) : 0);
            return new PolicyInput(shard, options, now);
        }

        /** Somewhere below or above, often near, sometimes exactly. */
        private static long about(Random random, long bound) {
            return switch (random.nextInt(6)) {
                case 0 -> bound;
                case 1 -> bound + random.nextInt(3);
                case 2 -> Math.max(0, bound - random.nextInt(3));
                default -> (long) (random.nextDouble() * 1.5 * bound);
            };
        }

        long deadline() {
            return shard.oldestNanos() + nanos(options.getMaxDelayMs()) - shard.expectedQueueNanos();
        }

        boolean overdue() {
            return now - deadline() >= 0;
        }

        boolean free() {
            return shard.dirty() && !shard.busy();
        }

        boolean urgent() {
            return shard.waiters() > 0 || shard.stopping() || shard.dirtyBytes() >= options.getMaxDirtyBytes();
        }

        boolean quiet() {
            return now - shard.lastWriteNanos() >= nanos(options.getIdleMs());
        }

        CheckpointDecision decision() {
            return CheckpointPolicy.decide(shard, now, options);
        }
    }

    private static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Provide
    Arbitrary<PolicyInput> inputs() {
        return Arbitraries.randomValue(PolicyInput::random);
    }

    @Property(tries = TRIES)
    void cleanOrBusy_neverFires(@ForAll("inputs") PolicyInput moment) {
        CheckpointDecision decision = moment.decision();
        if (!moment.free()) {
            assertThat(decision).isEqualTo(Skip.SKIP);
        }
        Statistics.label("decision")
                .collect(decision instanceof Fire fire ? fire.trigger() : decision.getClass())
                .coverage(seen -> {
                    for (CheckpointTrigger trigger : CheckpointTrigger.values()) {
                        seen.check(trigger).count(count -> count >= 20);
                    }
                    seen.check(Skip.class).count(count -> count >= 100);
                    seen.check(Defer.class).count(count -> count >= 100);
                });
    }

    @Property(tries = TRIES)
    void dirtyAndFree_firesAtTheDeadlineAtTheLatest(@ForAll("inputs") PolicyInput moment) {
        if (!moment.free()) {
            return;
        }
        CheckpointDecision decision = moment.decision();
        if (moment.overdue()) {
            assertThat(decision).as("decision once the deadline is reached").isInstanceOf(Fire.class);
        }
        if (decision instanceof Defer defer) {
            assertThat(defer.recheckAtNanos() - moment.now())
                    .as("ns until the next look")
                    .isPositive();
            assertThat(moment.deadline() - defer.recheckAtNanos())
                    .as("ns from the next look to the deadline")
                    .isNotNegative();
        }
        Statistics.label("overdue, queue expected")
                .collect(moment.overdue(), moment.shard().expectedQueueNanos() > 0)
                .coverage(seen -> {
                    seen.check(true, true).count(count -> count >= 50);
                    seen.check(false, true).count(count -> count >= 50);
                });
    }

    @Property(tries = TRIES)
    void waiterOrTooManyBytesOrStop_firesWithoutDelay(@ForAll("inputs") PolicyInput moment) {
        if (moment.free() && moment.urgent()) {
            assertThat(moment.decision()).isInstanceOf(Fire.class);
        }
        Statistics.label("urgent").collect(moment.free() && moment.urgent()).coverage(seen -> seen.check(true)
                .count(count -> count >= 100));
    }

    @Property(tries = TRIES)
    void afterATick_firesWhenIdleLongEnoughAndNotBefore(@ForAll("inputs") PolicyInput moment) {
        CheckpointDecision decision = moment.decision();
        boolean due = moment.free() && moment.shard().tickDue();
        if (decision instanceof Fire fire && fire.trigger() == CheckpointTrigger.INTERVAL) {
            assertThat(due && moment.quiet()).as("due and idle").isTrue();
        }
        if (due && moment.quiet()) {
            assertThat(decision).as("decision for a shard idle at its tick").isInstanceOf(Fire.class);
        }
        if (due && decision instanceof Defer defer) {
            assertThat(defer.recheckAtNanos() - moment.shard().lastWriteNanos())
                    .as("ns from the last write to the next look")
                    .isLessThanOrEqualTo(nanos(moment.options().getIdleMs()));
        }
        Statistics.label("due, idle").collect(due, moment.quiet()).coverage(seen -> {
            seen.check(true, true).count(count -> count >= 100);
            seen.check(true, false).count(count -> count >= 100);
        });
    }
}
