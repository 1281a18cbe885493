package io.tidemark.checkpoint;

import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * How many generations may be forcing at once on a Vert.x instance, whatever store they belong to: a queue ordered by
 * deadline. The size of a thread pool could not be changed while running, and would not know whose turn it is.
 *
 * <p>Any thread; never blocks. Grants run on the thread that made them possible and must hand over at once.
 */
final class ForcePermits {
    private static final PerVertx<ForcePermits> ALL = new PerVertx<>(ForcePermits::new);

    /** A place in the queue, or, once granted, a permit. */
    final class Ticket {
        private final long order;
        private final Runnable granted;
        private volatile long deadlineNanos;
        private boolean lent;

        private Ticket(long deadlineNanos, long order, Runnable granted) {
            this.deadlineNanos = deadlineNanos;
            this.order = order;
            this.granted = granted;
        }

        /** When whoever waits with it is due. */
        long deadlineNanos() {
            return deadlineNanos;
        }

        /**
         * Lets somebody else go on while this one's force hangs. Any number of permits may be lent: as many as there are
         * shards whose forces hang.
         */
        void lend() {
            ForcePermits.this.lend(this);
        }

        /** How many forces hang now; see {@link #patienceMillis}. */
        int hung() {
            return ForcePermits.this.lent();
        }

        /** Gives the permit back, or leaves the queue. */
        void release(long heldNanos) {
            ForcePermits.this.release(this, heldNanos);
        }
    }

    private final PriorityQueue<Ticket> queue = new PriorityQueue<>(
            Comparator.<Ticket>comparingLong(ticket -> ticket.deadlineNanos).thenComparingLong(ticket -> ticket.order));
    private int limit = CheckpointOptions.DEFAULT_MAX_CONCURRENT_FSYNCS;
    private int held;
    private int lent;
    private long orders;
    private long typicalHoldNanos;

    /** The permits of a Vert.x instance. */
    static ForcePermits of(Vertx vertx) {
        return ALL.of(vertx);
    }

    /** Changes how many may be held; those beyond a smaller limit finish first. */
    void limit(int permits) {
        List<Ticket> granted;
        synchronized (this) {
            limit = permits;
            granted = grant();
        }
        granted.forEach(ticket -> ticket.granted.run());
    }

    /**
     * Asks for a permit.
     *
     * @param deadlineNanos the earlier, the sooner served
     * @param granted called once when it is this one's turn, possibly before this method returns
     */
    Ticket request(long deadlineNanos, Runnable granted) {
        Ticket ticket;
        List<Ticket> served;
        synchronized (this) {
            ticket = new Ticket(deadlineNanos, orders++, granted);
            queue.add(ticket);
            served = grant();
        }
        served.forEach(each -> each.granted.run());
        return ticket;
    }

    /** Whether it has not been granted yet. */
    synchronized boolean waits(Ticket ticket) {
        return queue.contains(ticket);
    }

    /** Moves a ticket that waits forward in the queue; false if it does not wait, or is not due any sooner. */
    synchronized boolean hasten(Ticket ticket, long deadlineNanos) {
        if (deadlineNanos - ticket.deadlineNanos >= 0 || !queue.remove(ticket)) {
            return false;
        }
        ticket.deadlineNanos = deadlineNanos;
        queue.add(ticket);
        return true;
    }

    /**
     * After how long a force lends its permit: the more hung when it began, the sooner. So {@code n} forces that hang hold
     * up everybody else for a time that grows with the logarithm of {@code n}, not with {@code n}.
     *
     * @param stallWarnMillis what it is while no other force hangs
     * @param hung how many hung when it began
     */
    static long patienceMillis(long stallWarnMillis, int hung) {
        return Math.max(1, stallWarnMillis / (1 + hung));
    }

    /** How many forces hang: they run, but hold no permit. */
    synchronized int lent() {
        return lent;
    }

    /** "2 of 2 permits are held, 10 forces hang and hold none, 7 wait". */
    @Override
    public synchronized String toString() {
        return held + " of " + limit + " permits are held, " + lent + " forces hang and hold none, " + queue.size()
                + " wait";
    }

    /** How long a request made now would probably wait. */
    synchronized long expectedWaitNanos() {
        int ahead = held + queue.size() - limit + 1;
        return ahead <= 0 ? 0 : typicalHoldNanos * ahead / limit;
    }

    private void release(Ticket ticket, long heldNanos) {
        List<Ticket> served;
        synchronized (this) {
            if (ticket.lent) {
                lent--;
            } else if (!queue.remove(ticket)) {
                held--;
                typicalHoldNanos += (heldNanos - typicalHoldNanos) / 8;
            }
            served = grant();
        }
        served.forEach(each -> each.granted.run());
    }

    private void lend(Ticket ticket) {
        List<Ticket> served;
        synchronized (this) {
            if (ticket.lent) {
                return;
            }
            ticket.lent = true;
            lent++;
            held--;
            served = grant();
        }
        served.forEach(each -> each.granted.run());
    }

    private List<Ticket> grant() {
        if (queue.isEmpty() || held >= limit) {
            return List.of();
        }
        List<Ticket> served = new ArrayList<>();
        while (held < limit && !queue.isEmpty()) {
            held++;
            served.add(queue.remove());
        }
        return served;
    }
}
