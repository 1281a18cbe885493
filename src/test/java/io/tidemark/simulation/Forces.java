package io.tidemark.simulation;

import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.CheckpointerOnVirtualTime;
import java.util.HashMap;
import java.util.Map;

/**
 * How many generations of a process are forcing: never more than the permits, but for those that hang and have lent theirs. On
 * the loop.
 */
final class Forces {
    private final Scheduler scheduler;
    private final Checks checks;
    private final CheckpointerOnVirtualTime.Permits permits;
    /** One generation, how many forces hung when it began, and when it lends its permit by the limit in force. */
    private record Force(long beganNanos, int hungBefore, long lentAtNanos) {
        boolean lent(long nowNanos) {
            return nowNanos - lentAtNanos >= 0;
        }
    }

    private final Map<Integer, Force> running = new HashMap<>();

    private int limit;
    private int newestLimit;
    private long stallWarnMs;
    private int reloads;
    private int reloadsSeen;

    Forces(Scheduler scheduler, Checks checks, CheckpointerOnVirtualTime.Permits permits, CheckpointOptions options) {
        this.scheduler = scheduler;
        this.checks = checks;
        this.permits = permits;
        this.limit = options.getMaxConcurrentFsyncs();
        this.newestLimit = limit;
        this.stallWarnMs = options.getStallWarnMs();
    }

    /** A smaller limit counts once those have ended that run, or have their permit and are about to. */
    void configured(CheckpointOptions options) {
        newestLimit = options.getMaxConcurrentFsyncs();
        limit = Math.max(limit, newestLimit);
        stallWarnMs = options.getStallWarnMs();
        long now = scheduler.nanoTime();
        running.replaceAll((shard, force) -> force.lent(now) ? force : force(force.beganNanos(), force.hungBefore()));
        int reload = ++reloads;
        scheduler.execute(() -> {
            reloadsSeen = reload;
            lower();
        });
    }

    private void lower() {
        if (reloads == reloadsSeen && running.size() <= newestLimit) {
            limit = newestLimit;
        }
    }

    void began(int shard) {
        long now = scheduler.nanoTime();
        running.put(shard, force(now, permits.lent()));
        long holding =
                running.values().stream().filter(force -> !force.lent(now)).count();
        checks.that(holding <= limit, "%d generations hold a permit at once, of %d", holding, limit);
    }

    private Force force(long beganNanos, int hungBefore) {
        long patienceNanos = CheckpointerOnVirtualTime.Permits.patienceNanos(stallWarnMs, hungBefore);
        return new Force(beganNanos, hungBefore, beganNanos + patienceNanos);
    }

    void ended(int shard) {
        running.remove(shard);
        lower();
    }
}
