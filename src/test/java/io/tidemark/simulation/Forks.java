package io.tidemark.simulation;

import io.tidemark.bitcask.BitcaskOptions;
import io.tidemark.checkpoint.CheckpointerOnVirtualTime;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.shard.Call;
import io.tidemark.shard.ShardFromParts;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/** Were the power cut now: a copy of the disk is taken to a crash and opened, while the process goes on. */
final class Forks {
    private final Random random;
    private final Checks checks;
    private final Coverage coverage;
    private final BitcaskOptions files;

    Forks(Random random, Checks checks, Coverage coverage, BitcaskOptions files) {
        this.random = random;
        this.checks = checks;
        this.coverage = coverage;
        this.files = files;
    }

    /** I2: if nothing survived but what was forced, every shard would still open at what it has published. */
    void durable(FaultyDisk disk, List<LivingShard> shards) {
        FaultyDisk fork = disk.copyOf(random.nextLong()).crashLosingAllUnforced();
        for (LivingShard shard : shards) {
            if (shard.phase() != LivingShard.Phase.OPENING) {
                open(fork, shard, "a power cut that loses all that was not forced");
            }
        }
        coverage.met("checks on a copy of the disk", "durable index");
    }

    /** I6: whatever survived, every shard would recover to what was acknowledged, or more. */
    void whole(FaultyDisk disk, List<LivingShard> shards) {
        FaultyDisk copy = disk.copyOf(random.nextLong());
        FaultyDisk fork =
                switch (random.nextInt(3)) {
                    case 0 -> copy.crash();
                    case 1 -> copy.crashLosingAllUnforced();
                    default -> copy.kill();
                };
        for (LivingShard shard : shards) {
            if (shard.phase() == LivingShard.Phase.OPENING) {
                continue;
            }
            ShardFromParts again = open(fork, shard, "a crash now");
            try {
                again.recover();
                long last = again.log().lastIndex();
                shard.compare(again.data(), shard.reference().at(last, "a crash now"), "a crash now");
            } catch (IOException refused) {
                checks.fail(new AssertionError("a crash now would not be recovered from: " + refused, refused));
            }
        }
        coverage.met("checks on a copy of the disk", "recovery");
    }

    private ShardFromParts open(FaultyDisk fork, LivingShard shard, String how) {
        try {
            ShardFromParts again = new ShardFromParts(
                    shard.number(),
                    fork,
                    shard.directory(),
                    files,
                    CheckpointerOnVirtualTime.counter(() -> 0),
                    new Replaying());
            checks.that(
                    again.data().snapshot().index() >= shard.published(),
                    "shard %d: after %s durable index %d, but %d had been published",
                    shard.number(),
                    how,
                    again.data().snapshot().index(),
                    shard.published());
            return again;
        } catch (IOException refused) {
            throw new AssertionError(
                    "shard " + shard.number() + " does not open after " + how + ": " + refused, refused);
        }
    }

    /** Only opens and replays. */
    private static final class Replaying implements ShardFromParts.World {
        @Override
        public Executor lane() {
            return Runnable::run;
        }

        @Override
        public LongSupplier epochMillis() {
            return () -> 1_900_000_000_000L;
        }

        @Override
        public void logFailed(IOException failure) {
            throw new AssertionError("nothing is appended here", failure);
        }

        @Override
        public void applyFailed(IOException failure) {
            throw new AssertionError("nothing is appended here", failure);
        }

        @Override
        public void appended(List<Call> calls) {
            throw new AssertionError("nothing is appended here");
        }
    }
}
