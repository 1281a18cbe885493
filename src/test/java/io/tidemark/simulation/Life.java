package io.tidemark.simulation;

import io.tidemark.bitcask.BitcaskOptions;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.CheckpointerOnVirtualTime;
import io.tidemark.disk.CorruptionException;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import io.tidemark.disk.OperationRecord;
import io.tidemark.shard.Command;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One process of the simulated node: it opens its shards, recovers, serves, and ends by a power cut, a kill, a failure of its
 * own, or an orderly stop.
 */
final class Life {
    static final Path ROOT = Path.of("/sim");
    /** Operations before which fibers may be held up and processes die. */
    private static final Operation[] PLACES = {
        Operation.CREATE,
        Operation.OPEN,
        Operation.WRITE,
        Operation.FORCE,
        Operation.CREATE_DIRECTORY,
        Operation.RENAME,
        Operation.DELETE,
        Operation.FORCE_DIRECTORY
    };

    private static final boolean TRACE = Boolean.getBoolean("tidemark.sim.trace");

    private final Simulation simulation;
    private final Random random;
    private final Checks checks;
    private final Coverage coverage;
    private final FaultyDisk disk;
    private final Plan plan;
    private final boolean stoppedInOrder;
    private final Scheduler scheduler;
    private final Workload workload;
    private final BitcaskOptions files;
    private final CheckpointerOnVirtualTime.Permits permits = new CheckpointerOnVirtualTime.Permits();
    private final List<LivingShard> shards = new ArrayList<>();
    private final Set<Path> named = new HashSet<>();
    private final Forces forces;
    private CheckpointOptions options;
    private int opened;
    private int struck;
    private @Nullable LivingShard starting;
    private boolean stopping;
    private boolean over;
    private boolean exiting;
    private @Nullable FaultyDisk next;
    private @Nullable Future<Void> stopped;

    /** @param stoppedInOrder how the process before ended */
    Life(Simulation simulation, FaultyDisk disk, Plan plan, boolean stoppedInOrder) {
        this.simulation = simulation;
        this.random = simulation.random();
        this.checks = simulation.checks();
        this.coverage = simulation.coverage();
        this.disk = disk;
        this.plan = plan;
        this.stoppedInOrder = stoppedInOrder;
        this.workload = simulation.workload();
        this.files = new BitcaskOptions(simulation.maxFileBytes());
        this.scheduler = new Scheduler(random, simulation.nanos(), this::refuseWork);
        this.options = plan.options(random);
        this.forces = new Forces(scheduler, checks, permits, options);
        permits.limit(options.getMaxConcurrentFsyncs());
        for (int number = 0; number < simulation.references().size(); number++) {
            boolean misdirected = random.nextInt(8) == 0;
            if (misdirected) {
                met("slips", "marks of another counter");
            }
            shards.add(
                    new LivingShard(this, number, simulation.references().get(number), scheduler, checks, misdirected));
        }
    }

    FaultyDisk disk() {
        return disk;
    }

    boolean over() {
        return over;
    }

    Forces forces() {
        return forces;
    }

    /** A generation is about to be handed to a worker. */
    void starting(LivingShard shard) {
        starting = shard;
    }

    void met(String group, String kind) {
        trace("%s: %s", group, kind);
        coverage.met(group, kind);
    }

    void met(String group, Enum<?> kind) {
        trace("%s: %s", group, kind);
        coverage.met(group, kind);
    }

    /** Says what happens, if asked to. */
    @SuppressWarnings("AnnotateFormatMethod") // its annotation is no dependency of this project
    void trace(String format, Object... details) {
        if (TRACE) {
            System.out.printf(
                    "%12.3f ms %s%n", scheduler.nanoTime() / 1e6, String.format(Locale.ROOT, format, details));
        }
    }

    /** Something failed that fails only if the disk does. */
    void needsAFault(String what, @Nullable Throwable failure) {
        if (struck == 0 && !stopping) {
            checks.fail(new AssertionError(what + " without any fault: " + failure, failure));
        }
    }

    /** Lives it to its end; returns the disk as the next process finds it. */
    FaultyDisk live() {
        watch();
        try {
            for (LivingShard shard : shards) {
                shard.lane().execute(() -> open(shard));
            }
            for (int step = 0; !over && step < plan.steps(); step++) {
                step(serving() ? this::outside : null);
                if (shards.stream().allMatch(LivingShard::failed)) {
                    step = Math.max(step, plan.steps() - 40);
                }
            }
            if (!over && plan.stop() && serving()) {
                stop();
            } else if (!over) {
                crash(CrashPoint.BETWEEN_STEPS);
            }
        } catch (Killed end) {
            // the disk has been taken over already
        } finally {
            over = true;
            scheduler.end();
        }
        checks.rethrow();
        return Objects.requireNonNull(next);
    }

    long nanos() {
        return scheduler.nanoTime();
    }

    private boolean serving() {
        return shards.stream().allMatch(shard -> shard.phase() == LivingShard.Phase.SERVING);
    }

    /** Like the start of a node: every shard's files, then the checkpointers, then the logs. */
    private void open(LivingShard shard) {
        try {
            shard.open(files);
        } catch (IOException failure) {
            exit(failure);
            return;
        }
        opened++;
        if (opened == shards.size()) {
            scheduler.execute(() -> {
                shards.forEach(each -> each.start(permits, options));
                shards.forEach(each -> each.lane().execute(() -> recover(each)));
            });
        }
    }

    private void recover(LivingShard shard) {
        try {
            shard.recover(stoppedInOrder);
        } catch (IOException failure) {
            exit(failure);
        }
    }

    /** The process ends by itself. */
    void exit(IOException failure) {
        if (over) {
            return;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CorruptionException) {
                checks.fail(new AssertionError("taken for corruption: " + failure.getMessage(), failure));
            }
        }
        needsAFault("the process ended", failure);
        exiting = true;
    }

    private void step(@Nullable Runnable outside) {
        scheduler.step(outside, 12);
        checks.rethrow();
        if (over) {
            return;
        }
        if (exiting) {
            met("ends of a process", "by itself");
            end(disk.kill());
        }
        boolean more = false;
        for (LivingShard shard : shards) {
            more |= shard.look();
        }
        if (more && random.nextInt(3) == 0) {
            simulation.forks().durable(disk, shards);
        }
        if (random.nextInt(120) == 0) {
            simulation.forks().whole(disk, shards);
        }
    }

    private void end(FaultyDisk left) {
        next = left;
        over = true;
        throw new Killed();
    }

    /** What clients and operators do. */
    private void outside() {
        LivingShard shard = shards.get(random.nextInt(shards.size()));
        switch (random.nextInt(24)) {
            case 0, 1 -> shard.sync();
            case 2, 3 -> shard.read(workload.key());
            case 4 -> reload();
            case 5 -> {
                if (random.nextInt(3) == 0) {
                    idleStretch();
                }
            }
            case 6 -> readLog(shard);
            default -> {
                List<Command> commands = new ArrayList<>();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    commands.add(workload.write());
                }
                if (random.nextInt(4) == 0) {
                    commands.add(new Command.Get(Workload.bytes(workload.key())));
                }
                shard.submit(commands);
            }
        }
    }

    private void readLog(LivingShard shard) {
        try {
            shard.readLog();
        } catch (IOException failure) {
            checks.fail(new AssertionError("the log can't be read again: " + failure, failure));
        }
    }

    private void reload() {
        scheduler.execute(() -> {
            options = plan.options(random);
            permits.limit(options.getMaxConcurrentFsyncs());
            forces.configured(options);
            shards.forEach(shard -> shard.reconfigure(options));
            met("operators", "reload");
            trace("%s", options);
        });
    }

    /** Nobody writes: once everything is durable, time may go by without a single operation on the disk. */
    private void idleStretch() {
        for (int step = 0; step < 3_000 && !over && !quiet(); step++) {
            if (shards.stream().anyMatch(LivingShard::failed)) {
                return;
            }
            step(null);
        }
        if (over || !quiet()) {
            return;
        }
        long operations = disk.journal().size();
        long until = scheduler.nanoTime() + 5 * TimeUnit.MILLISECONDS.toNanos(options.getIntervalMs());
        while (scheduler.nanoTime() - until < 0) {
            scheduler.step(null, 0);
            checks.rethrow();
        }
        checks.that(
                disk.journal().size() == operations,
                "idle shards: %d operations on the disk",
                disk.journal().size() - operations);
        met("operators", "idle stretch");
    }

    private boolean quiet() {
        return !scheduler.hasWork() && shards.stream().allMatch(LivingShard::clean);
    }

    /** As SIGTERM does it: checkpointers first, then logs and files. */
    private void stop() {
        stopping = true;
        scheduler.execute(() -> {
            List<Future<Void>> last =
                    shards.stream().map(LivingShard::stopCheckpointer).toList();
            Future.join(last)
                    .onComplete(done -> scheduler.execute(() -> {
                        List<Future<Void>> closed =
                                shards.stream().map(LivingShard::close).toList();
                        stopped = Future.join(closed)
                                .transform(also -> done.failed()
                                        ? Future.failedFuture(done.cause())
                                        : also.failed() ? Future.failedFuture(also.cause()) : Future.succeededFuture());
                    }));
        });
        for (int step = 0; step < 20_000 && !over; step++) {
            Future<Void> ended = stopped;
            if (ended != null && ended.isComplete()) {
                stopped(ended);
            }
            step(null);
        }
        checks.that(over, "a stop did not end");
    }

    private void stopped(Future<Void> ended) {
        shards.forEach(LivingShard::look);
        if (ended.succeeded()) {
            met("ends of a process", "stopped in order");
            if (shards.stream().noneMatch(LivingShard::failed)) { // what was logged and not applied is replayed
                simulation.stoppedInOrder();
            }
            end(disk.crashLosingAllUnforced());
        }
        checks.that(struck > 0, "a stop failed without any fault: %s", ended.cause());
        checks.that(
                String.valueOf(ended.cause()).contains("shard "),
                "a stop failed and does not say which shard: %s",
                ended.cause());
        met(Coverage.RARE, "stop that said which shard was not durable");
        end(disk.kill());
    }

    private boolean refuseWork() {
        boolean refused = plan.refusesWork() && random.nextInt(5) == 0;
        LivingShard shard = starting;
        starting = null;
        if (refused) {
            struck++;
            met("faults", FaultKind.WORKERS_REFUSE);
            if (shard != null) {
                shard.notStarted();
            }
        }
        return refused;
    }

    private void watch() {
        for (Operation operation : PLACES) {
            disk.faults().before(operation, "*", path -> at(operation, path));
        }
        disk.afterEachOperation(this::done);
    }

    /** Somebody is about to do something to the disk: it may take long, others may come first, the process may die. */
    private void at(Operation operation, Path path) {
        if (over) {
            throw new Killed();
        }
        LivingShard shard = shardOf(path);
        CrashPoint point = point(operation, path, shard);
        if (point != null && plan.strikes(point)) {
            crash(point);
        }
        FaultKind fault = plan.strikes(operation, point);
        if (shard == null
                || simulation.manifestSeen(shard.number())
                || path.toString().contains("/log")) {
            scheduler.holdUp(fault == null ? 0 : fault.sleepNanos(random));
        }
        if (over) {
            throw new Killed();
        }
        if (fault != null) {
            met("faults", fault);
            struck += fault.isAFailure() ? 1 : 0;
            fault.strike(disk.faults(), path);
        }
    }

    private @Nullable CrashPoint point(Operation operation, Path path, @Nullable LivingShard shard) {
        if (stopping) {
            return CrashPoint.STOP;
        }
        if (shard != null && shard.phase() != LivingShard.Phase.SERVING) {
            return shard.phase() == LivingShard.Phase.OPENING ? CrashPoint.OPENING : CrashPoint.RECOVERY;
        }
        return CrashPoint.of(operation, path, named.contains(path));
    }

    private @Nullable LivingShard shardOf(Path path) {
        if (path.getNameCount() < 2) {
            return null;
        }
        String name = path.getName(1).toString();
        return shards.get(name.charAt(name.length() - 1) - '0');
    }

    private void done(OperationRecord operation) {
        trace("%s", operation.line());
        if (over) {
            return;
        }
        simulation.forced().done(operation);
        if (operation.outcome() == OperationRecord.Outcome.FAILED) {
            return;
        }
        simulation.noteManifest(operation);
        String name = String.valueOf(operation.path().getFileName());
        if (operation.operation() == Operation.CREATE) {
            named.remove(operation.path());
            if (name.endsWith(".data")) {
                met("files", "data file begun");
            }
        } else if (operation.operation() == Operation.RENAME && name.endsWith(".log.new")) {
            named.add(operation.path());
            met("files", "log segment begun");
        } else if (operation.operation() == Operation.DELETE && name.endsWith(".log")) {
            met("files", "log segment released");
        }
    }

    private void crash(CrashPoint point) {
        shards.forEach(LivingShard::look);
        met("crash points", point);
        switch (random.nextInt(3)) {
            case 0 -> {
                met("ends of a process", "power cut");
                end(disk.crash());
            }
            case 1 -> {
                met("ends of a process", "power cut that lost all that was not forced");
                end(disk.crashLosingAllUnforced());
            }
            default -> {
                met("ends of a process", "killed");
                end(disk.kill());
            }
        }
    }
}
