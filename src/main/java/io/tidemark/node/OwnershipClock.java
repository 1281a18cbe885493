package io.tidemark.node;

import java.util.concurrent.TimeUnit;

/** The clock of {@link Ownership}; injected in tests. */
interface OwnershipClock {
    /** The system clock. */
    OwnershipClock SYSTEM = new OwnershipClock() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public long epochMillis() {
            return System.currentTimeMillis();
        }

        @Override
        public void pause(long millis) throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(millis);
        }
    };

    /** A monotonic clock. */
    long nanoTime();

    /** The wall clock: it advances while the machine is suspended, unlike the monotonic one. */
    long epochMillis();

    /** Sleeps. */
    void pause(long millis) throws InterruptedException;
}
