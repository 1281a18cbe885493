package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureReason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An in-memory store that records its checkpointer's calls, and fails on request. */
final class ScriptedStore implements CheckpointTarget {
    record Position(long index, long bytes, int files) implements Capture {}

    final List<String> calls = new ArrayList<>();
    final Promise<Void> drained = Promise.promise();
    boolean holdDrain;
    boolean repairable;
    int failForces;
    int postponeForces;
    int failRepairs;
    Runnable duringForce = () -> {};
    Runnable duringRepair = () -> {};
    Runnable whenCompleted = () -> {};
    UnaryOperator<@Nullable Capture> captures = position -> position;
    Supplier<@Nullable Future<Void>> drains = () -> holdDrain ? drained.future() : Future.succeededFuture();
    Supplier<@Nullable Future<Void>> probes = Future::succeededFuture;
    private long index;
    private long bytes;
    private long durable;
    private long durableBytes;

    /** Appends as a writer does: bytes, then publish, then mark. */
    void write(DirtyCounter dirty, long howMany) {
        index++;
        bytes += howMany;
        dirty.mark(index, howMany);
    }

    /** Appends once more under the index of before, as a store does whose writes are not log entries. */
    void writeAgain(DirtyCounter dirty, long howMany) {
        bytes += howMany;
        dirty.mark(index, howMany);
    }

    /** Appends and publishes as {@link #write}, without a mark. */
    void writeUnmarked(long howMany) {
        index++;
        bytes += howMany;
    }

    long index() {
        return index;
    }

    /** Bytes that the last force made durable. */
    long durableBytes() {
        return durableBytes;
    }

    long durable() {
        return durable;
    }

    @Override
    @SuppressWarnings("NullAway") // user code may do that
    public Capture capture() {
        calls.add("capture " + index);
        return captures.apply(new Position(index, bytes, 1));
    }

    @Override
    public void force(Capture captured) throws IOException {
        calls.add("force " + captured.index());
        duringForce.run();
        if (postponeForces > 0) {
            postponeForces--;
            throw new ForcePostponedException("POSITION.new: Too many open files", new IOException());
        }
        if (failForces > 0) {
            failForces--;
            throw new IOException("Input/output error");
        }
        durable = captured.index();
        durableBytes = captured.bytes();
    }

    @Override
    public void completed(Capture captured) {
        calls.add("completed " + captured.index());
        whenCompleted.run();
    }

    @Override
    public void repair(Capture failed) throws IOException {
        if (!repairable) {
            CheckpointTarget.super.repair(failed);
        }
        calls.add("repair " + failed.index());
        duringRepair.run();
        if (failRepairs > 0) {
            failRepairs--;
            throw new IOException("No space left on device");
        }
    }

    @Override
    @SuppressWarnings("NullAway")
    public Future<Void> drain() {
        calls.add("drain");
        return drains.get();
    }

    @Override
    @SuppressWarnings("NullAway")
    public Future<Void> probe(PressureReason reason) {
        calls.add("probe " + reason);
        return probes.get();
    }
}
