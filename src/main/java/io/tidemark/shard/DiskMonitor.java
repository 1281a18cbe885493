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
 * Looks after the disks of all shards of a node, by one timer: how much room the volumes have, and whether a log's thread
 * has been in a disk for too long. What it finds becomes each shard's {@link PressureCauses}.
 *
 * <p>It looks once a second, or more often if pressure is to be noticed or ended sooner than that. A look costs one
 * question to each volume, whatever the number of shards, and is asked on a thread that may hang.
 */
final class DiskMonitor {
    private static final long MAX_PERIOD_MS = 1_000;
    private static final long MIN_PERIOD_MS = 10;
    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final List<Volume> volumes = new ArrayList<>();
    private final List<PressureCauses> causes;
    private final List<ShardVolumes> rooms;
    private volatile PressureOptions options;
    private List<Shard> shards = List.of();
    private @Nullable PressureLevel[] stalled = new PressureLevel[0];
    private long timer = NO_TIMER;
    private boolean stopped;

    /**
     * Watches nothing yet. Blocks: it looks at the volumes for the first time.
     *
     * @param places where they are; {@code null} if they are not to be watched
     * @param causes one for each shard
     * @param blocking runs what blocks on a volume
     * @throws IOException if a volume can't be looked at
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
        this.rooms = List.copyOf(all);
    }

    /** Directories whose volume is unknown are watched one by one. */
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
                (low, detail) -> roomChanged(place, low, detail));
        volumes.add(volume);
        volume.open();
        return volume;
    }

    private void roomChanged(Place place, boolean low, String detail) {
        for (PressureCauses each : causes) {
            if (low) {
                each.raise(PressureReason.LOW_SPACE, place, PressureLevel.SHED, detail);
            } else {
                each.clear(PressureReason.LOW_SPACE, place, detail);
            }
        }
    }

    /** A shard's share of it. */
    ShardVolumes room(int shard) {
        return rooms.get(shard);
    }

    /** What is in force; a copy. */
    PressureOptions options() {
        return new PressureOptions(options);
    }

    /** How long shedding lasts at least, in milliseconds. */
    long dwellMillis() {
        return options.getDwellMs();
    }

    /** The volumes as they were last seen. Any thread. */
    List<VolumeStatus> volumes() {
        return volumes.stream().map(Volume::status).toList();
    }

    /** Tells what is known, and goes on looking. */
    void start(List<Shard> open, Checkpointers deployed) {
        shards = open;
        stalled = new PressureLevel[open.size()];
        deployed.reconfigurePressure(options);
        for (PressureCauses each : causes) {
            each.tell(deployed);
        }
        schedule();
    }

    /** Other options from now on. */
    Future<Void> reconfigure(PressureOptions fresh, Checkpointers deployed) {
        options = new PressureOptions(fresh);
        volumes.forEach(volume -> volume.reconfigure(fresh));
        return deployed.reconfigurePressure(fresh);
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
        long stallNanos =
                rooms.stream().mapToLong(ShardVolumes::stallWarnNanos).min().orElse(Long.MAX_VALUE);
        long period = Math.min(TimeUnit.NANOSECONDS.toMillis(stallNanos), options.getDwellMs()) / 4;
        return Math.max(MIN_PERIOD_MS, Math.min(MAX_PERIOD_MS, period));
    }

    private void tick() {
        volumes.forEach(Volume::sample);
        long now = System.nanoTime();
        for (int shard = 0; shard < shards.size(); shard++) {
            watchLog(shard, now);
            shards.get(shard).watchQueue(now);
            if (!rooms.get(shard).ample()) {
                shards.get(shard).trimLog();
            }
        }
    }

    private void watchLog(int shard, long now) {
        LogActivity activity = shards.get(shard).logActivity();
        long nanos = activity == null ? 0 : now - activity.sinceNanos();
        PressureLevel level = level(rooms.get(shard), nanos);
        if (level == stalled[shard]) {
            return;
        }
        stalled[shard] = level;
        String name = "shard " + shard + ": ";
        if (level == null || activity == null) {
            causes.get(shard).clear(PressureReason.LOG_STALLED, Place.LOG, name + "what hung has come back");
        } else {
            causes.get(shard)
                    .raise(
                            PressureReason.LOG_STALLED,
                            Place.LOG,
                            level,
                            name + nameOf(activity.work()) + " has not come back for "
                                    + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms; the disk hangs or is very slow");
        }
    }

    private static String nameOf(LogWork work) {
        return switch (work) {
            case WRITING -> "the log's write or fdatasync";
            case APPLYING -> "the append to the data files";
            case RELEASING -> "the log's release of what is durable without it";
        };
    }

    private static @Nullable PressureLevel level(ShardVolumes room, long nanos) {
        if (nanos >= room.stallShedNanos()) {
            return PressureLevel.SHED;
        }
        return nanos >= room.stallWarnNanos() ? PressureLevel.WARN : null;
    }

    /** Looks no more. */
    synchronized void stop() {
        stopped = true;
        vertx.cancelTimer(timer);
    }
}
