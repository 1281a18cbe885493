package io.tidemark.shard;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks in order, one at a time, on threads of a shared pool. It returns the thread after each task, so that no shard
 * keeps one while others wait.
 */
final class SerialExecutor implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(SerialExecutor.class);

    private final Executor pool;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private boolean busy;

    SerialExecutor(Executor pool) {
        this.pool = pool;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (tasks) {
            tasks.add(task);
            if (busy) {
                return;
            }
            busy = true;
        }
        pool.execute(this::runOne);
    }

    private void runOne() {
        Runnable task = poll();
        if (task == null) {
            return;
        }
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("a task of a shard failed", e);
        } finally {
            boolean more;
            synchronized (tasks) {
                more = !tasks.isEmpty();
                busy = more;
            }
            if (more) {
                pool.execute(this::runOne);
            }
        }
    }

    private @Nullable Runnable poll() {
        synchronized (tasks) {
            return tasks.poll();
        }
    }
}
