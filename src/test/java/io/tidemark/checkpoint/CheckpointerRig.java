package io.tidemark.checkpoint;

import io.tidemark.pressure.PressureEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One checkpointer over a scripted store on virtual time. */
final class CheckpointerRig implements CheckpointListener {
    final VirtualLoop loop = new VirtualLoop();
    final ScriptedStore store = new ScriptedStore();
    final DirtyCounter dirty = new DirtyCounter(loop::nanoTime);
    final ForcePermits permits = new ForcePermits();
    final CheckpointOptions options;
    final List<CheckpointOutcome> outcomes = new ArrayList<>();
    final List<PressureEvent> pressures = new ArrayList<>();
    final List<String> repairs = new ArrayList<>();
    final List<CheckpointTrigger> starts = new ArrayList<>();
    final Checkpointer checkpointer;
    int answered;
    int overdue;
    Runnable whenTold = () -> {};

    CheckpointerRig(CheckpointOptions options) {
        this.options = options;
        checkpointer = new Checkpointer("test", 3, store, dirty, permits, loop, options, this);
    }

    /** Starts it, lets it tick, and lets its first generation prove the start. */
    static CheckpointerRig proven() {
        return proven(new CheckpointOptions());
    }

    /** The same, with options. */
    static CheckpointerRig proven(CheckpointOptions options) {
        CheckpointerRig rig = new CheckpointerRig(options).started();
        rig.loop.advanceMillis(rig.options.getIntervalMs());
        rig.store.calls.clear();
        rig.outcomes.clear();
        rig.starts.clear();
        return rig;
    }

    CheckpointerRig started() {
        long interval = options.getIntervalMs();
        checkpointer.start(loop.nanoTime() + TimeUnit.MILLISECONDS.toNanos(interval));
        loop.schedule(interval, this::tickForEver);
        return this;
    }

    private void tickForEver() {
        loop.schedule(options.getIntervalMs(), this::tickForEver);
        checkpointer.tick();
    }

    void write() {
        store.write(dirty, 100);
    }

    List<CheckpointTrigger> triggers() {
        return outcomes.stream().map(CheckpointOutcome::trigger).toList();
    }

    /** Whether nobody holds a permit. */
    boolean permitsAreFree() {
        permits.limit(1); // granted only if none is held
        ForcePermits.Ticket probe = permits.request(loop, 0, ticket -> {});
        boolean free = !permits.isWaiting(probe);
        probe.release(0);
        permits.limit(options.getMaxConcurrentFsyncs());
        return free;
    }

    @Override
    public void started(String store, int shard, CheckpointTrigger trigger) {
        starts.add(trigger);
        whenTold.run();
    }

    @Override
    public void forced(String store, int shard, ForceStep step, long nanos, boolean ok) {
        whenTold.run();
    }

    @Override
    public void ended(CheckpointOutcome outcome) {
        outcomes.add(outcome);
        whenTold.run();
    }

    @Override
    public void overdue(String store, int shard) {
        overdue++;
        whenTold.run();
    }

    @Override
    public void synced(String store, int shard, long waitedNanos, boolean ok) {
        answered++;
        whenTold.run();
    }

    @Override
    public void repaired(String store, int shard, long millis) {
        repairs.add("repaired");
        whenTold.run();
    }

    @Override
    public void repairFailed(String store, int shard, String why) {
        repairs.add("failed: " + why);
        whenTold.run();
    }

    @Override
    public void pressure(PressureEvent event) {
        pressures.add(event);
        whenTold.run();
    }
}
