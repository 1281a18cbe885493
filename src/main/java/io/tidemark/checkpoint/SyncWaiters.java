package io.tidemark.checkpoint;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sync requests that wait together: for the next generation to start, or for one to end. On the checkpointer's loop. */
final class SyncWaiters {
    private static final Logger LOG = LoggerFactory.getLogger(SyncWaiters.class);

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
            SyncResult result = new SyncResult(shard, generation, durableIndex, files, bytes, waited);
            tell(() -> waiter.answer().tryComplete(result));
        }
    }

    void fail(SyncFailure kind, String why) {
        for (Waiter waiter : depart().waiters) {
            tell(() -> waiter.answer().tryFail(new SyncException(kind, why)));
        }
    }

    /** What a handler of one answer throws must not keep the others from theirs. */
    private static void tell(Runnable answer) {
        try {
            answer.run();
        } catch (Throwable e) {
            LOG.warn("a handler of a sync's answer failed", e);
        }
    }
}
