package io.tidemark.checkpoint;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A verticle's event loop, with the threads on which its generations block. */
final class VertxLoop implements CheckpointLoop {
    private static final Logger LOG = LoggerFactory.getLogger(VertxLoop.class);

    private final Vertx vertx;
    private final Context context;
    private final ForceThreads forces;
    private final Clocks clocks;

    VertxLoop(Vertx vertx, Context context, ForceThreads forces, Clocks clocks) {
        this.vertx = vertx;
        this.context = context;
        this.forces = forces;
        this.clocks = clocks;
    }

    @Override
    public long nanoTime() {
        return clocks.nanoTime().getAsLong();
    }

    @Override
    public long epochMillis() {
        return clocks.epochMillis().getAsLong();
    }

    @Override
    public void execute(Runnable task) {
        try {
            context.runOnContext(nothing -> task.run());
        } catch (RejectedExecutionException closed) {
            LOG.debug("Vert.x has been closed; a task of a checkpointer is dropped", closed);
        }
    }

    @Override
    public Runnable schedule(long delayMillis, Runnable task) {
        long timer = vertx.setTimer(delayMillis, id -> task.run());
        return () -> vertx.cancelTimer(timer);
    }

    @Override
    public void runBlocking(Callable<Void> task, Consumer<@Nullable Throwable> done) {
        AtomicBoolean started = new AtomicBoolean();
        forces.run(task, started)
                .onComplete(result -> done.accept(
                        result.failed() && !started.get() ? new NotStarted(result.cause()) : result.cause()));
    }
}
