package io.tidemark.redis;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Closes clients that exceed the idle timeout, with one timer for all clients of an event loop. The timer runs only while there
 * are clients. A client is closed at most one second late. Event loop only.
 */
final class IdleClients {

    /** A client that may be idle. */
    interface Client {
        /** How long it has neither sent nor received anything, in milliseconds; 0 while it waits for a reply. */
        long idleMillis(long upMillis);

        /** Closes the client. */
        void closeIdle();
    }

    /** Runs a task once, after a delay, on the event loop. */
    @FunctionalInterface
    interface Timer {
        void set(long delayMillis, Runnable task);
    }

    private static final long MIN_DELAY_MS = 1_000;

    private final Collection<? extends Client> clients;
    private final long limitMillis;
    private final LongSupplier upMillis;
    private final Timer timer;
    private boolean scheduled;

    /**
     * @param clients a live view of the open clients
     * @param limitSeconds idle timeout in seconds; 0 for none
     * @param upMillis a monotonic clock
     */
    IdleClients(Collection<? extends Client> clients, int limitSeconds, LongSupplier upMillis, Timer timer) {
        this.clients = clients;
        this.limitMillis = TimeUnit.SECONDS.toMillis(limitSeconds);
        this.upMillis = upMillis;
        this.timer = timer;
    }

    /** A client has connected. */
    void opened() {
        if (limitMillis > 0 && !scheduled) {
            schedule(limitMillis);
        }
    }

    private void schedule(long millis) {
        scheduled = true;
        timer.set(Math.max(millis, MIN_DELAY_MS), this::check);
    }

    private void check() {
        scheduled = false;
        long now = upMillis.getAsLong();
        long next = limitMillis;
        boolean anyOpen = false;
        for (Client client : List.copyOf(clients)) {
            long remaining = limitMillis - client.idleMillis(now);
            if (remaining <= 0) {
                client.closeIdle();
            } else {
                anyOpen = true;
                next = Math.min(next, remaining);
            }
        }
        if (anyOpen && !scheduled) {
            schedule(next);
        }
    }
}
