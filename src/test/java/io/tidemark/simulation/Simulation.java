package io.tidemark.simulation;

import io.tidemark.bitcask.BitcaskOptions;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.Operation;
import io.tidemark.disk.OperationRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What one seed gives: a node of one to three shards and some lives of its process, one after the other, on one disk. */
final class Simulation {
    private final Random random;
    private final Coverage coverage;
    private final Checks checks = new Checks();
    private final ForcedFiles forced = new ForcedFiles(checks);
    private final Workload workload;
    private final List<Reference> references = new ArrayList<>();
    private final long maxFileBytes;
    private final boolean[] manifestSeen;
    private final boolean[] manifestRenamed;
    private final Forks forks;
    private long nanos = 1_000_000_000;
    private boolean stoppedInOrder;

    private Simulation(long seed, Coverage coverage) {
        this.random = new Random(seed);
        this.coverage = coverage;
        this.workload = new Workload(random);
        this.maxFileBytes = 4_096L + random.nextInt(8_192);
        int shards = random.nextInt(10) < 6 ? 1 : 2 + random.nextInt(2);
        for (int number = 0; number < shards; number++) {
            references.add(new Reference(checks, "shard " + number));
        }
        this.manifestSeen = new boolean[shards];
        this.manifestRenamed = new boolean[shards];
        this.forks = new Forks(random, checks, coverage, new BitcaskOptions(maxFileBytes));
    }

    /**
     * Runs one seed.
     *
     * @return how many lives there were
     * @throws AssertionError saying the seed, if anything did not hold
     */
    static int run(long seed, Coverage coverage) {
        Simulation simulation = new Simulation(seed, coverage);
        List<String> lives = new ArrayList<>();
        try {
            simulation.lives(seed, lives);
            return lives.size();
        } catch (AssertionError | RuntimeException | IOException wrong) {
            throw new AssertionError(
                    "seed=" + seed + ", life " + lives.size() + ", " + lives + ": " + wrong.getMessage()
                            + "; repeat it with -Dtidemark.sim.seed=" + seed,
                    wrong);
        }
    }

    private void lives(long seed, List<String> lives) throws IOException {
        FaultyDisk disk = new FaultyDisk(seed);
        for (int number = 0; number < references.size(); number++) {
            disk.createDirectories(Life.ROOT.resolve("shard-" + number));
        }
        int count = 2 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            Plan plan = Plan.random(random);
            lives.add(plan.toString());
            boolean before = stoppedInOrder;
            stoppedInOrder = false;
            if (random.nextInt(3) == 0) {
                disk.dropCache();
            }
            for (int number = 0; number < references.size(); number++) {
                manifestSeen[number] = false;
                manifestRenamed[number] = false;
            }
            Life life = new Life(this, disk, plan, before);
            disk = life.live();
            nanos = life.nanos() + 1_000_000_000;
        }
    }

    Random random() {
        return random;
    }

    Checks checks() {
        return checks;
    }

    Coverage coverage() {
        return coverage;
    }

    Workload workload() {
        return workload;
    }

    Forks forks() {
        return forks;
    }

    ForcedFiles forced() {
        return forced;
    }

    List<Reference> references() {
        return references;
    }

    long maxFileBytes() {
        return maxFileBytes;
    }

    long nanos() {
        return nanos;
    }

    /** The process has ended as it should: the next one has nothing to replay. */
    void stoppedInOrder() {
        stoppedInOrder = true;
    }

    /**
     * Whether a process has written a shard's manifest. Until then the store holds a lock over operations on the disk; nobody is held
     * up there, because another would wait for that lock and not for its turn.
     */
    boolean manifestSeen(int shard) {
        return manifestSeen[shard];
    }

    void noteManifest(OperationRecord operation) {
        Path path = operation.path();
        if (path.getNameCount() < 3 || !path.getName(2).toString().equals("data")) {
            return;
        }
        int shard = path.getName(1).toString().charAt("shard-".length()) - '0';
        if (operation.operation() == Operation.RENAME) {
            manifestRenamed[shard] = true;
        } else if (operation.operation() == Operation.FORCE_DIRECTORY && manifestRenamed[shard]) {
            manifestSeen[shard] = true;
        }
    }
}
