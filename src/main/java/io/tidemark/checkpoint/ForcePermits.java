package io.tidemark.checkpoint;

import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/**
 * Limits how many generations and repairs of all stores force at once on a Vert.x instance: a queue of tickets, ordered by
 * deadline. (The size of a thread pool can't be changed at run time, and a pool has no order by deadline.)
 *
 * <p>Any thread; never blocks. A grant always runs later, on its holder's loop: never inside a call of this class.
 */
final class ForcePermits {
    private static final PerVertx<ForcePermits> ALL = new PerVertx<>(ForcePermits::new);

    /** A place in the queue, or, once granted, a permit. */
    final class Ticket {
        private final long order;
        private final CheckpointLoop loop;
        private final Consumer<Ticket> granted;
        private volatile long deadlineNanos;
        private boolean lent;

        private Ticket(CheckpointLoop loop, long deadlineNanos, long order, Consumer<Ticket> granted) {
            this.loop = loop;
            this.deadlineNanos = deadlineNanos;
            this.order = order;
            this.granted = granted;
        }

        private void grant() {
            loop.execute(() -> granted.accept(this));
        }

        /** When its holder is due. */
        long deadlineNanos() {
            return deadlineNanos;
        }

        /**
         * Lends its permit while its force hangs, so that another force may start. Any number of permits may be lent, one for
         * each shard whose force hangs.
         */
        void lend() {
            ForcePermits.this.lend(this);
        }

        /** How many forces hang; see {@link #lendAfterMillis}. */
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

    /** Changes how many permits may be held; holders beyond a smaller limit finish first. */
    void limit(int permits) {
        List<Ticket> granted;
        synchronized (this) {
            limit = permits;
            granted = grant();
        }
        granted.forEach(Ticket::grant);
    }

    /**
     * Requests a permit.
     *
     * @param loop the holder's
     * @param deadlineNanos earlier deadlines are granted first
     * @param granted called once with the ticket, on the loop, after this method has returned: it has its permit
     */
    Ticket request(CheckpointLoop loop, long deadlineNanos, Consumer<Ticket> granted) {
        Ticket ticket;
        List<Ticket> next;
        synchronized (this) {
            ticket = new Ticket(loop, deadlineNanos, orders++, granted);
            queue.add(ticket);
            next = grant();
        }
        next.forEach(Ticket::grant);
        return ticket;
    }

    /** Whether it is still in the queue. */
    synchronized boolean isWaiting(Ticket ticket) {
        return queue.contains(ticket);
    }

    /** Moves a waiting ticket forward; false if it is not in the queue, or is not due any sooner. */
    synchronized boolean hasten(Ticket ticket, long deadlineNanos) {
        if (deadlineNanos - ticket.deadlineNanos >= 0 || !queue.remove(ticket)) {
            return false;
        }
        ticket.deadlineNanos = deadlineNanos;
        queue.add(ticket);
        return true;
    }

    /**
     * After how long a force lends its permit: the more forces hung when it began, the sooner. So {@code n} forces that hang
     * delay all others by a time that grows with the logarithm of {@code n}, not with {@code n}.
     *
     * @param stallWarnMillis the time while no other force hangs
     * @param hung how many forces hung when it began
     */
    static long lendAfterMillis(long stallWarnMillis, int hung) {
        return Math.max(1, stallWarnMillis / (1 + hung));
    }

    /** How many forces hang: they run, but have lent their permits. */
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
        List<Ticket> next;
        synchronized (this) {
            if (ticket.lent) {
                lent--;
            } else if (!queue.remove(ticket)) {
                held--;
                typicalHoldNanos += (heldNanos - typicalHoldNanos) / 8;
            }
            next = grant();
        }
        next.forEach(Ticket::grant);
    }

    private void lend(Ticket ticket) {
        List<Ticket> next;
        synchronized (this) {
            if (ticket.lent) {
                return;
            }
            ticket.lent = true;
            lent++;
            held--;
            next = grant();
        }
        next.forEach(Ticket::grant);
    }

    private List<Ticket> grant() {
        if (queue.isEmpty() || held >= limit) {
            return List.of();
        }
        List<Ticket> next = new ArrayList<>();
        while (held < limit && !queue.isEmpty()) {
            held++;
            next.add(queue.remove());
        }
        return next;
    }
}
