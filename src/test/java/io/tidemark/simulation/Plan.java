package io.tidemark.simulation;

import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.disk.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What is to befall one process. Drawn beforehand, so that each kind of fault and each crash point gets its share. */
final class Plan {
    /** A fault, and at which passages of its place it strikes. */
    private static final class Ordered {
        final FaultKind kind;
        int passages;
        int times;

        Ordered(FaultKind kind, Random random) {
            this.kind = kind;
            this.passages = kind.passage(random);
            this.times = kind.times(random);
        }
    }

    private final List<Ordered> faults;
    private final CrashPoint point;
    private final int steps;
    private int passes;

    private Plan(List<Ordered> faults, CrashPoint point, int steps, int passes) {
        this.faults = faults;
        this.point = point;
        this.steps = steps;
        this.passes = passes;
    }

    static Plan random(Random random) {
        List<Ordered> faults = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            faults.add(new Ordered(oneOf(FaultKind.values(), random), random));
        }
        CrashPoint point = oneOf(CrashPoint.values(), random);
        if (point == CrashPoint.REPAIR || faults.stream().anyMatch(each -> each.kind == FaultKind.REPAIR_FAILS)) {
            faults.add(new Ordered(FaultKind.DATA_FORCE_FAILS, random));
        }
        return new Plan(faults, point, 60 + random.nextInt(400), random.nextInt(point.often()));
    }

    private static <T> T oneOf(T[] all, Random random) {
        return List.of(all).get(random.nextInt(all.length));
    }

    /** The fault that strikes an operation, or null. */
    @Nullable
    FaultKind strikes(Operation operation, @Nullable CrashPoint at) {
        for (Ordered fault : faults) {
            if (fault.kind.matches(operation, at) && fault.times > 0 && fault.passages-- <= 0) {
                fault.times--;
                return fault.kind;
            }
        }
        return null;
    }

    /** Whether the pool is full now and then. */
    boolean refusesWork() {
        return faults.stream().anyMatch(fault -> fault.kind == FaultKind.WORKERS_REFUSE);
    }

    int steps() {
        return steps;
    }

    /** Whether it ends by an orderly stop, if it comes to that. */
    boolean stop() {
        return point == CrashPoint.STOP || (point != CrashPoint.BETWEEN_STEPS && steps % 2 == 0);
    }

    /** Whether the process dies at this passage of a point. */
    boolean strikes(CrashPoint passed) {
        if (passed != point) {
            return false;
        }
        passes--;
        return passes < 0;
    }

    CheckpointOptions options(Random random) {
        long interval = random.nextBoolean() ? 20L + random.nextInt(500) : 1_000L + random.nextInt(9_000);
        long warn = 50L + random.nextInt(5_000);
        return new CheckpointOptions()
                .setIntervalMs(interval)
                .setIdleMs(random.nextInt(3) == 0 ? 0L : random.nextInt(250))
                .setMaxDelayMs(random.nextBoolean() ? 50L + random.nextInt(1_000) : 180_000L)
                .setMaxDirtyBytes(random.nextInt(3) == 0 ? 4_096L : 256L << 20)
                .setMaxConcurrentFsyncs(1 + random.nextInt(3))
                .setStallWarnMs(warn)
                .setStallShedMs(warn * (1L + random.nextInt(4)));
    }

    @Override
    public String toString() {
        return "Plan[faults=" + faults.stream().map(fault -> fault.kind).toList() + ", crash=" + point + ", steps="
                + steps + "]";
    }
}
