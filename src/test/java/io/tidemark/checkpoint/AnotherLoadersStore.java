package io.tidemark.checkpoint;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.Callable;

/** A store in memory and its deployment, to be loaded with the library by a class loader of its own. */
public final class AnotherLoadersStore implements CheckpointTarget {
    private record Position(long index, long bytes, int files) implements Capture {}

    private volatile Position published = new Position(0, 0, 0);
    private volatile long durable;

    /** Deploys it as store {@code orders}; gives what closes it. */
    public static Future<Callable<Future<Void>>> deploy(Vertx vertx) {
        return Checkpointers.deploy(vertx, "orders", new CheckpointOptions(), List.of(new AnotherLoadersStore()))
                .map(deployed -> deployed::close);
    }

    /** Deploys it, writes, waits until that is durable, and closes it; gives the durable index. */
    public static Future<Long> live(Vertx vertx) {
        AnotherLoadersStore store = new AnotherLoadersStore();
        DirtyCounter dirty = DirtyCounter.of(vertx, "orders", 0);
        return Checkpointers.deploy(vertx, "orders", new CheckpointOptions(), List.of(store))
                .compose(deployed -> {
                    store.published = new Position(2, 200, 1);
                    dirty.mark(2, 200);
                    return deployed.syncNow().compose(synced -> deployed.close());
                })
                .map(closed -> store.durable);
    }

    @Override
    public Capture capture() {
        return published;
    }

    @Override
    public void force(Capture captured) {
        durable = captured.index();
    }

    @Override
    public void completed(Capture captured) {}
}
