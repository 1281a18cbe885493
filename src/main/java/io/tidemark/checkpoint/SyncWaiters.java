package io.tidemark.checkpoint;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Sync requests that wait together: for the next generation to start, or for one to end. On the checkpointer's loop. */
final class SyncWaiters {
    private record Waiter(Promise<SyncResult> answer, long sinceNanos) {}

    private List<Waiter> waiters = new ArrayList<>();

    int size() {
        return waiters.size();
    }

    Future<SyncResult> add(long nowNanos) {
        Promise<SyncResult> answer = Promise.promise();
        waiters.add(new Waiter(answer, nowNanos));
        return answer.future();
    }

    /** Those who wait now, as a group of their own; whoever comes later waits here. */
    SyncWaiters depart() {
        SyncWaiters departed = new SyncWaiters();
        departed.waiters = waiters;
        waiters = new ArrayList<>();
        return departed;
    }

    void answer(int shard, long generation, long durableIndex, int files, long bytes, long nowNanos) {
        for (Waiter waiter : depart().waiters) {
            long waited = TimeUnit.NANOSECONDS.toMillis(nowNanos - waiter.sinceNanos());
            waiter.answer().tryComplete(new SyncResult(shard, generation, durableIndex, files, bytes, waited));
        }
    }

    void fail(SyncFailure kind, String why) {
        for (Waiter waiter : depart().waiters) {
            waiter.answer().tryFail(new SyncException(kind, why));
        }
    }
}
