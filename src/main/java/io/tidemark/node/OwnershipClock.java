package io.tidemark.node;

import java.util.concurrent.TimeUnit;

/** Time, as the protocol of {@link Ownership} needs it. */
interface OwnershipClock {
    /** The machine's. */
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

    /** The wall clock: it goes on while a suspended machine's monotonic one stands. */
    long epochMillis();

    /** Waits. */
    void pause(long millis) throws InterruptedException;
}
