package io.tidemark.checkpoint;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Sync requests that wait for the same event: the next generation's start, or a running generation's end. On the checkpointer's loop. */
final class SyncWaiters {
    /** One sync request; it keeps its group when the group moves to a generation. */
    static final class Waiter {
        private final Promise<SyncResult> answer = Promise.promise();
        private final Group group;
        private final long sinceNanos;

        private Waiter(Group group, long sinceNanos) {
            this.group = group;
            this.sinceNanos = sinceNanos;
        }

        Future<SyncResult> answer() {
            return answer.future();
        }

        /** Its deadline has passed: fails it, while the sync continues. */
        void expire(SyncException why) {
            group.waiters.remove(this);
            group.owed = true;
            answer.tryFail(why);
        }
    }

    private static final class Group {
        final Set<Waiter> waiters = new LinkedHashSet<>();
        /** Whether a waiter has expired: a generation is still due. */
        boolean owed;
    }

    private Group group = new Group();

    /** How many wait; all expired waiters count as one. */
    int size() {
        return group.waiters.size() + (group.owed ? 1 : 0);
    }

    Waiter add(long nowNanos) {
        Waiter waiter = new Waiter(group, nowNanos);
        group.waiters.add(waiter);
        return waiter;
    }

    /** Moves all waiters to a group of their own; later requests wait here. */
    SyncWaiters takeAll() {
        SyncWaiters taken = new SyncWaiters();
        taken.group = group;
        group = new Group();
        return taken;
    }

    /** Takes over the generation that is due to another group's expired waiters. */
    void inherit(SyncWaiters others) {
        group.owed |= others.group.owed;
    }

    void answer(int shard, long generation, long durableIndex, int files, long bytes, long nowNanos) {
        for (Waiter waiter : takeAll().waiters()) {
            long waited = TimeUnit.NANOSECONDS.toMillis(nowNanos - waiter.sinceNanos);
            SyncResult result = new SyncResult(shard, generation, durableIndex, files, bytes, waited);
            waiter.answer.tryComplete(result);
        }
    }

    void fail(SyncFailure kind, String why) {
        for (Waiter waiter : takeAll().waiters()) {
            waiter.answer.tryFail(new SyncException(kind, why));
        }
    }

    /** A copy: a handler of one answer may cause another waiter to expire. */
    private List<Waiter> waiters() {
        return List.copyOf(group.waiters);
    }
}
