package io.tidemark.redis;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what requests of all clients together take of the heap, from their first byte until they have been answered.
 *
 * <p>A client that takes no more than its share is never stopped. What goes beyond is counted for all together; as long as
 * that is more than the budget, such clients are not read from. So that half-sent requests can't wait for each other
 * for ever, one of them has the <em>turn</em>: it is read from all the same, until its request is whole; the next one's turn
 * comes when that has been answered. In the order in which they were stopped.
 *
 * <pre>
 *   one request     at most 1/5 of the heap
 *   shares          1/16 of the heap, divided by the number of clients, but at least 4 KiB each
 *   beyond shares   1/16 of the heap, and the request whose turn it is
 * </pre>
 *
 * <p>A command in its shard needs its bytes once more, for the log entry; with that, half of the heap stays for the rest.
 * Any thread.
 */
final class IntakeBudget {
    private static final int MIN_SHARE_BYTES = 4_096;

    private final long heapBytes;
    private final IntSupplier clients;
    private final Deque<Ticket> waiting = new ArrayDeque<>();
    private long beyondShares;
    private @Nullable Ticket turn;

    /**
     * A budget that nobody has used.
     *
     * @param heapBytes what the heap may grow to
     * @param clients how many there are
     */
    IntakeBudget(long heapBytes, IntSupplier clients) {
        this.heapBytes = heapBytes;
        this.clients = clients;
    }

    /** What one request may take. */
    long maxRequestBytes() {
        return heapBytes / 5;
    }

    /** What all together may take beyond their shares. */
    long bytes() {
        return heapBytes / 16;
    }

    /** What a client may take without being asked. */
    long shareBytes() {
        return Math.max(MIN_SHARE_BYTES, heapBytes / 16 / Math.max(1, clients.getAsInt()));
    }

    /** A new client's. */
    Ticket ticket(Runnable mayRead) {
        return new Ticket(mayRead);
    }

    /** What all together take now, of those that take more than their share. */
    synchronized long takenBytes() {
        return beyondShares;
    }

    /** Whether somebody waits to be read from. */
    synchronized boolean isShort() {
        return !waiting.isEmpty();
    }

    /** Who may go on now; to be called by whoever has changed something, outside of the lock. */
    private synchronized List<Ticket> admit() {
        List<Ticket> admitted = new ArrayList<>();
        if (beyondShares <= bytes()) {
            admitted.addAll(waiting);
            waiting.clear();
        } else if (turn == null && !waiting.isEmpty()) {
            Ticket next = waiting.remove();
            next.turnBegins();
            turn = next;
            admitted.add(next);
        }
        for (Ticket each : admitted) {
            each.waits = false;
        }
        return admitted;
    }

    /** @param wants whether it would be read from */
    private synchronized boolean count(Ticket ticket, boolean wants, long taken, long unanswered, long share) {
        long beyond = taken > share ? taken : 0;
        beyondShares += beyond - ticket.counted;
        ticket.counted = beyond;
        boolean over = ticket.turnUsed ? unanswered <= share : !wants;
        if (turn == ticket && (beyond == 0 || over)) {
            turn = null;
            ticket.turnHeld = false;
        }
        boolean reads = !wants || beyond == 0 || beyondShares <= bytes() || (turn == ticket && !ticket.turnUsed);
        if (reads && ticket.waits) {
            ticket.waits = !waiting.remove(ticket);
        } else if (!reads && !ticket.waits) {
            ticket.waits = waiting.add(ticket);
        }
        return reads;
    }

    /** One client's part. Its methods are called by one thread, the client's event loop. */
    final class Ticket {
        private final Runnable mayRead;
        private long counted;
        private boolean waits;
        private boolean turnUsed;
        private volatile boolean turnHeld;
        private int turns;

        private Ticket(Runnable mayRead) {
            this.mayRead = mayRead;
        }

        /**
         * Says what the client takes now.
         *
         * @param partBytes of a request that is not whole yet
         * @param unansweredBytes of whole requests
         * @return whether to read on; if not, {@code mayRead} will be run, by any thread, when this is worth asking again
         */
        boolean takes(long partBytes, long unansweredBytes) {
            return takes(true, partBytes + unansweredBytes, unansweredBytes);
        }

        /** Nothing more is read from the client; what its requests take counts until they are answered. */
        void takesNoMore(long unansweredBytes) {
            takes(false, unansweredBytes, unansweredBytes);
        }

        private boolean takes(boolean wants, long taken, long unansweredBytes) {
            long share = shareBytes();
            if (taken <= share && counted == 0) {
                return true;
            }
            boolean reads = count(this, wants, taken, unansweredBytes, share);
            for (Ticket each : admit()) {
                each.mayRead.run();
            }
            return reads;
        }

        /** A request has become whole: if it was its turn, it has been used. */
        void requestIsWhole() {
            if (turnHeld) {
                synchronized (IntakeBudget.this) {
                    turnUsed = true;
                }
            }
        }

        /** The number of its turn if it has one and has not yet sent its request, else 0. */
        int turn() {
            synchronized (IntakeBudget.this) {
                return turnHeld && !turnUsed ? turns : 0;
            }
        }

        private void turnBegins() {
            turnUsed = false;
            turnHeld = true;
            turns = turns + 1;
        }
    }
}
