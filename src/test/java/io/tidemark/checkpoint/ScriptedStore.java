package io.tidemark.checkpoint;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A store in memory that records what its checkpointer does to it, and fails when told to. */
final class ScriptedStore implements CheckpointTarget {
    record Cut(long index, long bytes, int files) implements Capture {}

    final List<String> calls = new ArrayList<>();
    final Promise<Void> drained = Promise.promise();
    boolean holdDrain;
    boolean repairable;
    int failForces;
    int failRepairs;
    Runnable duringForce = () -> {};
    private long index;
    private long bytes;
    private long durable;

    /** Appends as a writer does: bytes, then publish, then mark. */
    void write(DirtyCounter dirty, long howMany) {
        index++;
        bytes += howMany;
        dirty.mark(index, howMany);
    }

    long index() {
        return index;
    }

    long durable() {
        return durable;
    }

    @Override
    public Capture capture() {
        calls.add("capture " + index);
        return new Cut(index, bytes, 1);
    }

    @Override
    public void force(Capture captured) throws IOException {
        calls.add("force " + captured.index());
        duringForce.run();
        if (failForces > 0) {
            failForces--;
            throw new IOException("Input/output error");
        }
        durable = captured.index();
    }

    @Override
    public void completed(Capture captured) {
        calls.add("completed " + captured.index());
    }

    @Override
    public void repair(Capture failed) throws IOException {
        if (!repairable) {
            CheckpointTarget.super.repair(failed);
        }
        calls.add("repair " + failed.index());
        if (failRepairs > 0) {
            failRepairs--;
            throw new IOException("No space left on device");
        }
    }

    @Override
    public Future<Void> drain() {
        calls.add("drain");
        return holdDrain ? drained.future() : Future.succeededFuture();
    }
}
