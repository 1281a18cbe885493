package io.tidemark.checkpoint;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Sync requests that wait together: for the next generation to start, or for one to end. On the checkpointer's loop. */
final class SyncWaiters {
    /** One that waits; it knows with whom, wherever they have gone meanwhile. */
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

        /** It waits no more and is told why; what it asked for is still done. */
        void giveUp(SyncException why) {
            group.waiters.remove(this);
            group.owed = true;
            answer.tryFail(why);
        }
    }

    private static final class Group {
        final Set<Waiter> waiters = new LinkedHashSet<>();
        /** Whether somebody has given up: a generation is due all the same. */
        boolean owed;
    }

    private Group group = new Group();

    /** How many a generation is due to; those who have given up count as one. */
    int size() {
        return group.waiters.size() + (group.owed ? 1 : 0);
    }

    Waiter add(long nowNanos) {
        Waiter waiter = new Waiter(group, nowNanos);
        group.waiters.add(waiter);
        return waiter;
    }

    /** Those who wait now, as a group of their own; whoever comes later waits here. */
    SyncWaiters takeAll() {
        SyncWaiters taken = new SyncWaiters();
        taken.group = group;
        group = new Group();
        return taken;
    }

    /** Takes over what is due to those who have given up elsewhere. */
    void inherit(SyncWaiters others) {
        group.owed |= others.group.owed;
    }

    void answer(int shard, long generation, long durableIndex, int files, long bytes, long nowNanos) {
        for (Waiter waiter : takeAll().leaving()) {
            long waited = TimeUnit.NANOSECONDS.toMillis(nowNanos - waiter.sinceNanos);
            SyncResult result = new SyncResult(shard, generation, durableIndex, files, bytes, waited);
            waiter.answer.tryComplete(result);
        }
    }

    void fail(SyncFailure kind, String why) {
        for (Waiter waiter : takeAll().leaving()) {
            waiter.answer.tryFail(new SyncException(kind, why));
        }
    }

    /** A copy: what a handler of one answer does may have another one give up. */
    private List<Waiter> leaving() {
        return List.copyOf(group.waiters);
    }
}
