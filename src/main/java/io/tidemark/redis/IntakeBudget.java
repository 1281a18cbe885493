package io.tidemark.redis;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the heap that the requests of all clients take together, from their first byte until they are answered.
 *
 * <p>Reading of a client within its share is never suspended. The bytes of the clients beyond it are added up; while the sum
 * exceeds the budget, reading of these clients is suspended. So that incomplete requests can't wait for each other for ever, one of these
 * clients has the <em>turn</em>: it is read until its request is complete. When that request has been answered, the client that
 * was suspended first gets the turn.
 *
 * <pre>
 *   one request     at most 1/5 of the heap
 *   shares          1/16 of the heap, divided by the number of clients, but at least 4 KiB each
 *   beyond shares   1/16 of the heap, plus the request of the client that has the turn
 * </pre>
 *
 * <p>A command in its shard needs its bytes a second time, for the log entry. Half of the heap remains for everything else.
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
     * An unused budget.
     *
     * @param heapBytes maximum size of the heap
     * @param clients number of connected clients
     */
    IntakeBudget(long heapBytes, IntSupplier clients) {
        this.heapBytes = heapBytes;
        this.clients = clients;
    }

    /** Maximum bytes of one request. */
    long maxRequestBytes() {
        return heapBytes / 5;
    }

    /** Maximum bytes of all clients beyond their shares. */
    long bytes() {
        return heapBytes / 16;
    }

    /** Bytes that a client may always take. */
    long shareBytes() {
        return Math.max(MIN_SHARE_BYTES, heapBytes / 16 / Math.max(1, clients.getAsInt()));
    }

    /**
     * The ticket of a new client.
     *
     * @param mayRead see {@link Ticket#update}
     */
    Ticket ticket(Runnable mayRead) {
        return new Ticket(mayRead);
    }

    /** Bytes taken by all clients that take more than their share. */
    synchronized long takenBytes() {
        return beyondShares;
    }

    /** Whether reading of a client is suspended. */
    synchronized boolean hasWaiters() {
        return !waiting.isEmpty();
    }

    /** The tickets that may be read again. The caller runs their {@code mayRead} after releasing the lock. */
    private synchronized List<Ticket> admit() {
        List<Ticket> admitted = new ArrayList<>();
        if (beyondShares <= bytes()) {
            admitted.addAll(waiting);
            waiting.clear();
        } else if (turn == null && !waiting.isEmpty()) {
            Ticket next = waiting.remove();
            next.beginTurn();
            turn = next;
            admitted.add(next);
        }
        for (Ticket each : admitted) {
            each.queued = false;
        }
        return admitted;
    }

    /** @param wantsInput whether the client would be read if the budget allows it */
    private synchronized boolean count(Ticket ticket, boolean wantsInput, long taken, long unanswered, long share) {
        long beyond = taken > share ? taken : 0;
        beyondShares += beyond - ticket.counted;
        ticket.counted = beyond;
        boolean turnEnded = ticket.turnUsed ? unanswered <= share : !wantsInput;
        if (turn == ticket && (beyond == 0 || turnEnded)) {
            turn = null;
            ticket.turnHeld = false;
        }
        boolean admitted =
                !wantsInput || beyond == 0 || beyondShares <= bytes() || (turn == ticket && !ticket.turnUsed);
        if (admitted && ticket.queued) {
            ticket.queued = !waiting.remove(ticket);
        } else if (!admitted && !ticket.queued) {
            ticket.queued = waiting.add(ticket);
        }
        return admitted;
    }

    /** One client's use of the budget. Its methods are called on the client's event loop only. */
    final class Ticket {
        private final Runnable mayRead;
        private long counted;
        private boolean queued;
        private boolean turnUsed;
        private volatile boolean turnHeld;
        private int turns;

        private Ticket(Runnable mayRead) {
            this.mayRead = mayRead;
        }

        /**
         * Reports what the client takes now.
         *
         * @param partBytes bytes of the incomplete request
         * @param unansweredBytes bytes of complete, unanswered requests
         * @return whether to read on; if not, {@code mayRead} is run, on any thread, when the caller should try again
         */
        boolean update(long partBytes, long unansweredBytes) {
            return update(true, partBytes + unansweredBytes, unansweredBytes);
        }

        /** The client is no longer read; its requests count until they are answered. */
        void stopAccepting(long unansweredBytes) {
            update(false, unansweredBytes, unansweredBytes);
        }

        private boolean update(boolean wantsInput, long taken, long unansweredBytes) {
            long share = shareBytes();
            if (taken <= share && counted == 0) {
                return true;
            }
            boolean admitted = count(this, wantsInput, taken, unansweredBytes, share);
            for (Ticket each : admit()) {
                each.mayRead.run();
            }
            return admitted;
        }

        /** A request is complete: if the client has the turn, the turn is used. */
        void requestCompleted() {
            if (turnHeld) {
                synchronized (IntakeBudget.this) {
                    turnUsed = true;
                }
            }
        }

        /** The number of its turn if it has the turn and its request is incomplete, else 0. */
        int turn() {
            synchronized (IntakeBudget.this) {
                return turnHeld && !turnUsed ? turns : 0;
            }
        }

        private void beginTurn() {
            turnUsed = false;
            turnHeld = true;
            turns = turns + 1;
        }
    }
}
