package io.tidemark.shard;

import io.tidemark.checkpoint.Checkpointers;
import io.tidemark.disk.Disk;
import io.tidemark.log.LogActivity;
import io.tidemark.log.LogWork;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureOptions;
import io.tidemark.pressure.PressureReason;
import io.tidemark.pressure.Volume;
import io.tidemark.pressure.VolumeStatus;
import io.tidemark.shard.PressureCauses.Place;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Monitors the disks of all shards of a node by one timer: the free space of the volumes, and whether a log's thread has
 * been waiting for a disk for too long. It reports what it finds to each shard's {@link PressureCauses}.
 *
 * <p>It samples once a second, or more often if the stall limits or the dwell time are short. A sample costs one system call
 * per volume, whatever the number of shards, and is taken on a thread that may hang.
 */
final class DiskMonitor {
    private static final long MAX_PERIOD_MS = 1_000;
    private static final long MIN_PERIOD_MS = 10;
    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final List<Volume> volumes = new ArrayList<>();
    private final List<PressureCauses> causes;
    private final List<ShardVolumes> shardVolumes;
    private volatile PressureOptions options;
    private List<Shard> shards = List.of();
    private @Nullable PressureLevel[] stalled = new PressureLevel[0];
    private long timer = NO_TIMER;
    private boolean stopped;

    /**
     * Does not start the timer yet. Blocks: it samples the volumes for the first time.
     *
     * @param places the directories on the volumes; {@code null} to monitor none
     * @param causes one per shard
     * @param blocking runs tasks that block on a volume
     * @throws IOException if a volume can't be sampled
     */
    DiskMonitor(
            Vertx vertx,
            Disk disk,
            ShardOptions.@Nullable Volumes places,
            List<PressureCauses> causes,
            Executor blocking)
            throws IOException {
        this.vertx = vertx;
        this.causes = causes;
        this.options = places == null ? new PressureOptions() : new PressureOptions(places.pressure());
        Volume data = null;
        Volume log = null;
        if (places != null) {
            data = volume(disk, "data", places, blocking, Place.DATA_VOLUME);
            log = shared(disk, places) ? data : volume(disk, "log", places, blocking, Place.LOG_VOLUME);
        }
        List<ShardVolumes> all = new ArrayList<>();
        for (int shard = 0; shard < causes.size(); shard++) {
            all.add(new ShardVolumes(data, log, this::dwellMillis));
        }
        this.shardVolumes = List.copyOf(all);
    }

    /** Directories whose volume is unknown are treated as separate volumes. */
    private static boolean shared(Disk disk, ShardOptions.Volumes places) {
        if (places.data().equals(places.log())) {
            return true;
        }
        try {
            return disk.space(places.data())
                    .volume()
                    .equals(disk.space(places.log()).volume());
        } catch (IOException unknown) {
            return false;
        }
    }

    private Volume volume(Disk disk, String name, ShardOptions.Volumes places, Executor blocking, Place place)
            throws IOException {
        Volume volume = new Volume(
                disk,
                name,
                place == Place.DATA_VOLUME ? places.data() : places.log(),
                options,
                blocking,
                (low, detail) -> spaceChanged(place, low, detail));
        volumes.add(volume);
        volume.open();
        return volume;
    }

    private void spaceChanged(Place place, boolean low, String detail) {
        for (PressureCauses each : causes) {
            if (low) {
                each.raise(PressureReason.LOW_SPACE, place, PressureLevel.SHED, detail);
            } else {
                each.clear(PressureReason.LOW_SPACE, place, detail);
            }
        }
    }

    /** The volumes of one shard. */
    ShardVolumes volumesOf(int shard) {
        return shardVolumes.get(shard);
    }

    /** The options in effect; a copy. */
    PressureOptions options() {
        return new PressureOptions(options);
    }

    /** Dwell time: the minimum duration of shedding, in milliseconds. */
    long dwellMillis() {
        return options.getDwellMs();
    }

    /** The last sample of each volume. Any thread. */
    List<VolumeStatus> volumes() {
        return volumes.stream().map(Volume::status).toList();
    }

    /** Reports the causes found so far, and starts the timer. */
    void start(List<Shard> open, Checkpointers deployed) {
        shards = open;
        stalled = new PressureLevel[open.size()];
        deployed.reconfigurePressure(options);
        for (PressureCauses each : causes) {
            each.reportTo(deployed);
        }
        schedule();
    }

    /** Replaces the options. */
    Future<Void> reconfigure(PressureOptions newOptions, Checkpointers deployed) {
        options = new PressureOptions(newOptions);
        volumes.forEach(volume -> volume.reconfigure(newOptions));
        return deployed.reconfigurePressure(newOptions);
    }

    private synchronized void schedule() {
        if (!stopped) {
            timer = vertx.setTimer(periodMillis(), id -> {
                tick();
                schedule();
            });
        }
    }

    private long periodMillis() {
        long stallNanos = shardVolumes.stream()
                .mapToLong(ShardVolumes::stallWarnNanos)
                .min()
                .orElse(Long.MAX_VALUE);
        long period = Math.min(TimeUnit.NANOSECONDS.toMillis(stallNanos), options.getDwellMs()) / 4;
        return Math.max(MIN_PERIOD_MS, Math.min(MAX_PERIOD_MS, period));
    }

    private void tick() {
        volumes.forEach(Volume::sample);
        long now = System.nanoTime();
        for (int shard = 0; shard < shards.size(); shard++) {
            watchLog(shard, now);
            shards.get(shard).watchQueue(now);
            if (!shardVolumes.get(shard).ample()) {
                shards.get(shard).trimLog();
            }
        }
    }

    private void watchLog(int shard, long now) {
        LogActivity activity = shards.get(shard).logActivity();
        long nanos = activity == null ? 0 : now - activity.sinceNanos();
        PressureLevel level = level(shardVolumes.get(shard), nanos);
        if (level == stalled[shard]) {
            return;
        }
        stalled[shard] = level;
        String name = "shard " + shard + ": ";
        if (level == null || activity == null) {
            causes.get(shard).clear(PressureReason.LOG_STALLED, Place.LOG, name + "the stalled operation has returned");
        } else {
            causes.get(shard)
                    .raise(
                            PressureReason.LOG_STALLED,
                            Place.LOG,
                            level,
                            name + nameOf(activity.work()) + " is still running after "
                                    + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms; the disk hangs or is very slow");
        }
    }

    private static String nameOf(LogWork work) {
        return switch (work) {
            case WRITING -> "the log's write or fdatasync";
            case APPLYING -> "the append to the data files";
            case RELEASING -> "the log's release of durable entries";
        };
    }

    private static @Nullable PressureLevel level(ShardVolumes volumes, long nanos) {
        if (nanos >= volumes.stallShedNanos()) {
            return PressureLevel.SHED;
        }
        return nanos >= volumes.stallWarnNanos() ? PressureLevel.WARN : null;
    }

    /** Stops the timer. */
    synchronized void stop() {
        stopped = true;
        vertx.cancelTimer(timer);
    }
}
