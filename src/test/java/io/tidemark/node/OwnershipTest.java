package io.tidemark.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.disk.Disk;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two nodes, one directory, and locks that exclude no one. */
class OwnershipTest {
    private static final Path ROOT = Path.of("/data");
    private static final Path OWNER = ROOT.resolve("OWNER");
    private static final Path CLAIM = ROOT.resolve("CLAIM");

    private final FaultyDisk disk = FaultyDisk.seeded();
    private final InstantClock clock = new InstantClock();

    OwnershipTest() throws IOException {
        disk.createDirectories(ROOT);
    }

    /** A lock as one view of the directory has it: held, even if another process holds it too. */
    private static class View implements HeldLock {
        private final String key;
        private @Nullable String atName;
        private String stamp = "";

        View(String key) {
            this.key = key;
            this.atName = key;
        }

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
            return key;
        }

        @Override
        public String keyAtName() throws IOException {
            String now = atName;
            if (now == null) {
                throw new NoSuchFileException("LOCK");
            }
            return now;
        }

        @Override
        public String stamp(Path file) {
            return stamp;
        }
    }

    private Ownership take(String lock, String machine) throws IOException {
        return take(disk, lock, machine, clock);
    }

    private static Ownership take(Disk disk, String lock, String machine, OwnershipClock clock) throws IOException {
        return Ownership.take(disk, new View(lock), UUID.randomUUID(), machine, true, null, clock);
    }

    @Test
    void take_ofAFreshDirectory_doesNotWait() throws IOException {
        assertThat(take("(1)", "m").check()).isEqualTo(OwnerCheck.OWNED);
        assertThat(clock.pausedMillis()).isZero();
        assertThat(disk.list(ROOT)).containsExactly("OWNER");
        assertThat(disk.isDurable(OWNER)).isTrue();
    }

    @Test
    void take_afterAnOrderlyStop_doesNotWaitWhereverItWas() throws IOException {
        take("(1)", "m").release();
        take("(2)", "another").release();
        assertThat(take("(3)", "m").check()).isEqualTo(OwnerCheck.OWNED);
        assertThat(clock.pausedMillis()).isZero();
    }

    /** The kernel gave this process the lock that the other one held until it ended. */
    @Test
    void take_afterAKill_doesNotWaitWithTheSameLock() throws IOException {
        take("(1)", "m");
        disk.put(CLAIM, new byte[100]); // of a process killed while it claimed
        assertThat(take("(1)", "m").check()).isEqualTo(OwnerCheck.OWNED);
        assertThat(clock.pausedMillis()).isZero();
    }

    @Test
    void take_fromOneThatDoesNotAnswer_waitsUntilItsChecksHaveExpired() throws IOException {
        for (String[] view : new String[][] {{"(2)", "m"}, {"(1)", "another"}, {"(1)", "unknown"}}) {
            take("(1)", "m");
            long before = clock.pausedMillis();
            Ownership next = take(view[0], view[1]);
            assertThat(clock.pausedMillis() - before)
                    .as("waited for %s", (Object) view)
                    .isGreaterThanOrEqualTo(2 * Ownership.CLAIM_MS);
            next.release();
        }
        assertThat(Ownership.CLAIM_MS).as("longer than a check is valid").isGreaterThan(Ownership.LEASE_MS);
    }

    @Test
    void take_withoutAnOwnerWhereDataIs_waits() throws IOException {
        Ownership.take(disk, new View("(1)"), UUID.randomUUID(), "m", false, null, clock);
        assertThat(clock.pausedMillis()).isGreaterThanOrEqualTo(2 * Ownership.CLAIM_MS);
    }

    @Test
    void take_fromOneThatAnswers_isRefusedAndTheOtherKeepsIt() throws IOException {
        Ownership first = take("(1)", "m");
        InstantClock second = new InstantClock() {
            @Override
            public synchronized void pause(long millis) {
                super.pause(millis);
                if (pausedMillis() % 1_000 == 0) {
                    assertThat(first.check()).isEqualTo(OwnerCheck.OWNED);
                }
            }
        };
        assertThatThrownBy(() -> take(disk, "(2)", "m", second))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("/data (`data_dir`) is in use by another node: process "
                        + ProcessHandle.current().pid())
                .hasMessageContaining("give this one a `data_dir` of its own");
        assertThat(second.pausedMillis()).isLessThanOrEqualTo(Ownership.CLAIM_MS);
        assertThat(first.check()).isEqualTo(OwnerCheck.OWNED);
        assertThat(disk.list(ROOT)).containsExactly("OWNER");
    }

    @Test
    void check_ofEachLoss_namesIt() throws IOException {
        View view = new View("(1)");
        Ownership owner = Ownership.take(disk, view, UUID.randomUUID(), "m", true, null, clock);
        view.atName = "(2)";
        assertLost(owner, "LOCK is not the one");
        view.atName = null;
        assertLost(owner, "LOCK is gone");
        view.atName = "(1)";
        byte[] contents = disk.bytes(OWNER);
        disk.delete(OWNER);
        assertLost(owner, "OWNER is gone");
        for (int at = 0; at < contents.length; at++) {
            byte[] bad = contents.clone();
            bad[at] ^= 1;
            disk.put(OWNER, bad);
            assertLost(owner, "OWNER is damaged");
        }
        disk.put(OWNER, contents);
        assertThat(owner.check()).isEqualTo(OwnerCheck.OWNED);
        Ownership next = take("(1)", "m");
        assertLost(owner, "OWNER names another node, process ");
        assertThat(next.check()).isEqualTo(OwnerCheck.OWNED);
    }

    private static void assertLost(Ownership owner, String what) {
        assertThat(owner.check())
                .isInstanceOf(OwnerCheck.Lost.class)
                .hasToString(owner.check().toString());
        assertThat(owner.check().toString()).contains(what);
    }

    @Test
    void check_outOfDescriptors_usesTheFileStamp() throws IOException {
        View view = new View("(1)");
        Ownership owner = Ownership.take(disk, view, UUID.randomUUID(), "m", true, null, clock);
        disk.faults().fail(Operation.OPEN, "/data/OWNER").times(2);
        assertThat(owner.check()).isEqualTo(OwnerCheck.OWNED);
        view.stamp = "replaced";
        assertThat(owner.check()).isInstanceOf(OwnerCheck.Unknown.class);
        assertThat(owner.check()).isEqualTo(OwnerCheck.OWNED);
    }

    /** A node that has lost its directory changes nothing, not even when it stops. */
    @Test
    void release_whenAnotherOwnsIt_changesNothing() throws IOException {
        Ownership first = take("(1)", "m");
        Ownership second = take("(1)", "m");
        first.release();
        first.withdraw();
        assertThat(second.check()).isEqualTo(OwnerCheck.OWNED);
    }

    @Test
    void take_onAFullDisk_isWrittenOverInPlace() throws IOException {
        take("(1)", "m");
        disk.leaveFree(0);
        Ownership owner = take("(1)", "m");
        assertThat(owner.check()).isEqualTo(OwnerCheck.OWNED);
        owner.release();
        assertThat(take("(2)", "another").check()).isEqualTo(OwnerCheck.OWNED);
        assertThat(clock.pausedMillis()).isZero();
        assertThat(take("(3)", "m").check()).as("after waiting").isEqualTo(OwnerCheck.OWNED);
        assertThat(clock.pausedMillis()).isGreaterThanOrEqualTo(2 * Ownership.CLAIM_MS);
        assertThat(disk.list(ROOT)).containsExactly("OWNER");
    }

    /** Runs another process before the n-th operation of this disk. */
    private static final class Interrupted {
        private final Runnable other;
        private int left;

        Interrupted(int left, Runnable other) {
            this.left = left;
            this.other = other;
        }

        Disk over(Disk disk) {
            return (Disk) Proxy.newProxyInstance(
                    Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, arguments) -> {
                        if (method.isDefault()) {
                            return InvocationHandler.invokeDefault(proxy, method, arguments);
                        }
                        if (left-- == 0) {
                            other.run();
                        }
                        try {
                            return method.invoke(disk, arguments);
                        } catch (InvocationTargetException failed) {
                            throw failed.getCause();
                        }
                    });
        }

        boolean happened() {
            return left < 0;
        }
    }

    /**
     * A pauses before each step of a check while B takes the directory over completely: then A has lost it, or its check has
     * expired. Or B is refused.
     */
    @Test
    void I1_takenOverInMidLook_neverLeavesTwoThatMayAcknowledge() throws IOException {
        int refused = 0;
        int taken = 0;
        for (int step = 0; ; step++) {
            disk.delete(OWNER);
            boolean[] second = new boolean[1];
            Interrupted between = new Interrupted(Integer.MAX_VALUE, () -> second[0] = tries("(2)"));
            Disk interrupted = between.over(disk);
            Ownership first = take(interrupted, "(1)", "m", clock);
            between.left = step;
            long began = clock.epochMillis();
            OwnerCheck seen = first.check();
            if (!between.happened()) {
                break;
            }
            boolean holds = seen.equals(OwnerCheck.OWNED) && clock.epochMillis() - began <= Ownership.LEASE_MS;
            assertThat(holds && second[0])
                    .as("both may acknowledge, step %d", step)
                    .isFalse();
            refused += second[0] ? 0 : 1;
            taken += second[0] ? 1 : 0;
        }
        assertThat(taken).as("steps at which the other one got it").isGreaterThan(2);
        assertThat(refused).isZero();
    }

    private boolean tries(String lock) {
        try {
            take(lock, "m");
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    /** B pauses before each step of its takeover while A checks; A keeps checking, whether or not B continues. */
    @Test
    void I1_checkedInMidTakeover_neverLeavesTwoThatMayAcknowledge() throws IOException {
        int refused = 0;
        int taken = 0;
        for (int step = 0; ; step++) {
            disk.delete(OWNER);
            Ownership first = take("(1)", "m");
            long[] mine = {clock.epochMillis()};
            Interrupted between = new Interrupted(step, () -> {
                clock.advance(Ownership.CLAIM_MS / 2);
                long began = clock.epochMillis();
                if (first.check().equals(OwnerCheck.OWNED)) {
                    mine[0] = began;
                }
            });
            boolean second;
            try {
                take(between.over(disk), "(2)", "m", clock);
                second = true;
            } catch (DataDirectoryException inUse) {
                second = false;
            }
            boolean holds = clock.epochMillis() - mine[0] <= Ownership.LEASE_MS;
            assertThat(holds && second)
                    .as("both may acknowledge, step %d", step)
                    .isFalse();
            refused += second ? 0 : 1;
            taken += second ? 1 : 0;
            if (!between.happened()) {
                break;
            }
        }
        assertThat(taken)
                .as("steps at which the check came too early or too late")
                .isGreaterThan(2);
        assertThat(refused).as("steps at which the check answered").isGreaterThan(2);
    }

    /** Both start after an orderly stop, so neither waits. */
    @Test
    void I1_twoThatStartAtOnce_neverBothGetIt() throws IOException {
        int first = 0;
        int second = 0;
        for (int step = 0; ; step++) {
            disk.delete(OWNER);
            take("(1)", "m").release();
            Ownership[] other = new Ownership[1];
            Interrupted between = new Interrupted(step, () -> {
                try {
                    other[0] = take("(3)", "m");
                } catch (IOException refused) {
                    // the first one gets it
                }
            });
            Ownership one = null;
            try {
                one = take(between.over(disk), "(2)", "m", clock);
            } catch (DataDirectoryException refused) {
                // the second one has it
            }
            boolean oneHas = one != null && one.check().equals(OwnerCheck.OWNED);
            boolean otherHas = other[0] != null && other[0].check().equals(OwnerCheck.OWNED);
            assertThat(oneHas && otherHas).as("step %d", step).isFalse();
            if (one != null && other[0] != null) {
                assertThat(clock.pausedMillis()).as("the later one waited").isPositive();
            }
            first += oneHas ? 1 : 0;
            second += otherHas ? 1 : 0;
            if (!between.happened()) {
                break;
            }
        }
        assertThat(first).isPositive();
        assertThat(second).isPositive();
    }
}
