package io.tidemark.redis;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Closes clients that have been idle for longer than they may, by one timer for all clients of an event loop; there is none as
 * long as there is no client. A client is closed within a second of its time. Event loop only.
 */
final class IdleClients {

    /** Somebody who may be idle. */
    interface Client {
        /** For how long it has neither sent nor received anything, in milliseconds; 0 as long as it waits for an answer. */
        long idleMillis(long upMillis);

        /** Lets go of it. */
        void closeIdle();
    }

    /** Runs something once, later, on the event loop. */
    @FunctionalInterface
    interface Timer {
        void set(long delayMillis, Runnable task);
    }

    private static final long MIN_PAUSE_MS = 1_000;

    private final Collection<? extends Client> clients;
    private final long limitMillis;
    private final LongSupplier upMillis;
    private final Timer timer;
    private boolean waiting;

    /**
     * @param clients those that are open, as they come and go
     * @param limitSeconds how long one may be idle; 0 for ever
     * @param upMillis a clock that only goes on
     */
    IdleClients(Collection<? extends Client> clients, int limitSeconds, LongSupplier upMillis, Timer timer) {
        this.clients = clients;
        this.limitMillis = TimeUnit.SECONDS.toMillis(limitSeconds);
        this.upMillis = upMillis;
        this.timer = timer;
    }

    /** There is a client now. */
    void opened() {
        if (limitMillis > 0 && !waiting) {
            lookIn(limitMillis);
        }
    }

    private void lookIn(long millis) {
        waiting = true;
        timer.set(Math.max(millis, MIN_PAUSE_MS), this::look);
    }

    private void look() {
        waiting = false;
        long now = upMillis.getAsLong();
        long next = limitMillis;
        boolean left = false;
        for (Client client : List.copyOf(clients)) {
            long rest = limitMillis - client.idleMillis(now);
            if (rest <= 0) {
                client.closeIdle();
            } else {
                left = true;
                next = Math.min(next, rest);
            }
        }
        if (left && !waiting) {
            lookIn(next);
        }
    }
}
