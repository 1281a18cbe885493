package io.tidemark.it;

import io.tidemark.it.disk.LoopDisk;
import io.tidemark.it.disk.Shim;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Cuts the power of a node's file system under load, over and over on the same directory, and checks after each cut that
 *
 * <ul>
 *   <li>{@code tidemark verify} finds nothing damaged;
 *   <li>no shard's durable index is below the highest that was published;
 *   <li>the replay begins behind the manifest's durable index, and ends at the log's last entry;
 *   <li>every key and counter is what its last acknowledged write left, or a later one without an answer;
 *   <li>nothing was refused before it, but by an ordered stop.
 * </ul>
 *
 * <p>Each life: start; check; load by several clients, one of them the only one to write to its shard, and seldom; in some
 * lives reloads and bursts of syncs; SIGSTOP until every thread has stopped; the cut; SIGKILL. Some lives end by SIGTERM instead,
 * some are cut while they recover.
 *
 * <p>Everything drawn comes from the seed; what threads make of it does not, so that the seed repeats the settings, the load
 * and the order of things, and not the moment of a cut.
 */
final class PowerCutLoop {
    private static final int BUSY_CLIENTS = 3;
    private static final int KEYS = 100;
    private static final int COUNTERS = 10;
    private static final long LOAD_LIMIT_MS = 20_000;

    private final Plan plan;
    private final Surroundings around;
    private final SplittableRandom random;
    private final PowerCutDisks disks;
    private final Path scratch;
    private final Shim shim;
    private final int shards;
    private final LoadClients clients;
    private final Map<Integer, Long> published = new TreeMap<>();
    private final PowerCutResults figures;
    private StoppedNode left = new StoppedNode(List.of());
    private boolean orderly;

    /**
     * What to do.
     *
     * @param seed of everything drawn
     * @param cuts how many
     */
    record Plan(LoopDisk.Kind kind, long seed, int cuts) {

        /** The command that repeats this plan alone, with its own seed. */
        String command() {
            return "src/it/scripts/power-cuts.sh --fs " + kind.name().toLowerCase(Locale.ROOT) + " --seed " + seed
                    + " --cuts " + cuts + " --cuts-per-disk " + cuts;
        }
    }

    /**
     * What a loop has around it.
     *
     * @param stopped asked before each life; true ends the plan early
     * @param meddling is given each node that has become ready
     */
    private record Surroundings(
            PowerCutDisks disks, Path scratch, BooleanSupplier stopped, Consumer<NodeProcess> meddling) {}

    private PowerCutLoop(Plan plan, Surroundings around, SplittableRandom random, int shards, PowerCutResults figures)
            throws IOException {
        this.plan = plan;
        this.around = around;
        this.random = random;
        this.disks = around.disks();
        this.scratch = around.scratch();
        this.shim = Shim.in(scratch);
        this.shards = shards;
        this.figures = figures;
        this.clients = clients();
    }

    /**
     * Runs a plan on disks of its own; ends at the first cut that something was wrong after, or that could not be made.
     *
     * @param stopped asked before each life; true ends the plan early
     */
    static PowerCutResults run(Plan plan, BooleanSupplier stopped) throws IOException {
        return run(plan, stopped, node -> {});
    }

    /** The same, with an action on each node that has become ready. */
    static PowerCutResults run(Plan plan, BooleanSupplier stopped, Consumer<NodeProcess> meddling) throws IOException {
        SplittableRandom random = new SplittableRandom(plan.seed());
        int shards = 1 + random.nextInt(4);
        boolean logElsewhere = random.nextInt(3) == 0;
        Path scratch = Scratch.directory();
        PowerCutResults figures = new PowerCutResults();
        try (PowerCutDisks disks = new PowerCutDisks(plan.kind(), logElsewhere)) {
            Surroundings around = new Surroundings(disks, scratch, stopped, meddling);
            new PowerCutLoop(plan, around, random, shards, figures).run();
        } catch (IOException | RuntimeException broken) {
            figures.broken(plan, broken);
        } finally {
            Scratch.remove(scratch);
        }
        return figures;
    }

    private LoadClients clients() {
        LongAdder acknowledged = new LongAdder();
        int trickled = random.nextInt(shards);
        List<LoadClient> all = new ArrayList<>();
        for (int client = 0; client <= BUSY_CLIENTS; client++) {
            boolean trickle = client == BUSY_CLIENTS;
            String name = "c" + client;
            AcknowledgementRecorder recorder = new AcknowledgementRecorder(
                    names(name + ":key:", trickle ? 10 : KEYS, trickled, trickle),
                    names(name + ":counter:", trickle ? 3 : COUNTERS, trickled, trickle),
                    acknowledged);
            all.add(new LoadClient(
                    recorder, random.split(), trickle ? PowerCutScenario::trickle : PowerCutScenario::mix));
        }
        return new LoadClients(all, acknowledged);
    }

    /** Names whose shard is the trickled one, or is not. */
    private List<String> names(String start, int count, int trickled, boolean trickle) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> start + i)
                .filter(name -> shards == 1 || NodeInfo.shard(name, shards) == trickled == trickle)
                .limit(count)
                .toList();
    }

    private void run() throws IOException {
        try (clients) {
            while (figures.cuts < plan.cuts() && sound() && !around.stopped().getAsBoolean()) {
                live(new PowerCutScenario(random.split()));
            }
            if (sound()) {
                finish();
            }
            figures.take(clients);
            if (!sound()) {
                figures.explain(plan, keep());
            }
        }
    }

    /** Where the images are now, or why they are nowhere: that must not hide what they were to be kept for. */
    private String keep() {
        try {
            return disks.keep(kept(), plan.kind() + "-seed-" + plan.seed()).toString();
        } catch (IOException | RuntimeException failed) {
            return "could not be kept: " + failed;
        }
    }

    /** The directory for the images of disks on which something was wrong. */
    static Path kept() {
        return Path.of(System.getProperty("tidemark.basedir", ""), "target", "power-cuts");
    }

    private boolean sound() {
        return clients.violations().isEmpty();
    }

    private void violation(String text) {
        clients.violations().add("after cut " + figures.cuts + ": " + text);
    }

    private void live(PowerCutScenario life) throws IOException {
        life.slowDown(shim);
        try (NodeProcess node = builder(life).launch()) {
            judged(life.toString(), node, () -> live(life, node));
        }
        checkStopped();
    }

    private void live(PowerCutScenario life, NodeProcess node) throws IOException {
        SplittableRandom drawn = life.random();
        boolean inRecovery = figures.cuts > 0 && drawn.nextInt(6) == 0;
        boolean inOrder = !inRecovery && drawn.nextInt(8) == 0;
        if (inRecovery) {
            node.adminPort(); // the recovery begins now
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(drawn.nextInt(60_000)));
            cut(node, drawn);
            figures.cutsInRecovery++;
            return;
        }
        node.port();
        around.meddling().accept(node);
        checkStarted(node);
        if (sound()) {
            loadAndEnd(node, life, inOrder);
        }
    }

    /** A part of a node's life. */
    @FunctionalInterface
    private interface Part {
        void live() throws IOException;
    }

    /** Any early end is a violation: a node that died by itself shows as a broken connection. */
    private void judged(String what, NodeProcess node, Part part) {
        try {
            part.live();
        } catch (AssertionError | IOException | RuntimeException broken) {
            violation(what + ": " + PowerCutResults.trace(broken) + node.lastWords());
        }
    }

    private void loadAndEnd(NodeProcess node, PowerCutScenario life, boolean inOrder) throws IOException {
        LoadClients.Load load = clients.start(node.port());
        work(node, life, load);
        if (inOrder) {
            stop(node);
        } else {
            if (life.random().nextInt(3) == 0) { // what a sync has just promised
                publish(new AdminClient(node.adminPort())
                        .post("/api/sync?deadline_ms=1000", "")
                        .json()
                        .getJsonArray("shards"));
            } else {
                look(node);
            }
            cut(node, life.random());
        }
        load.awaitEnd();
        // no disk fills or hangs here: only a stop may refuse anything
        clients.judgeRefusals("after cut " + figures.cuts, text -> inOrder && LoadClients.saysStopping(text));
    }

    private NodeProcess.Builder builder(PowerCutScenario life) throws IOException {
        return life.configure(disks.node(), scratch.resolve("tidemark.yaml"))
                .set("shards", Integer.toString(shards))
                .shim(shim);
    }

    private void cut(NodeProcess node, SplittableRandom drawn) throws IOException {
        node.sigstop(); // a call in progress during the cut may report success for bytes that are lost
        if (drawn.nextBoolean()) {
            disks.writeBackSome(drawn);
        }
        boolean afterJournal = drawn.nextInt(4) == 0;
        disks.powerCut(afterJournal);
        node.sigkill();
        disks.remount();
        orderly = false;
        figures.cuts++;
        figures.cutsAfterJournal += afterJournal ? 1 : 0;
    }

    private void stop(NodeProcess node) {
        shim.clear(); // hundreds of files, each held up, would take longer than a stop may
        int exitCode = node.stop();
        orderly = true;
        figures.stops++;
        if (exitCode != 0) {
            violation("the ordered stop ended with exit code " + exitCode + node.lastWords());
        }
    }

    /** Until enough has been acknowledged or it is time. */
    private void work(NodeProcess node, PowerCutScenario life, LoadClients.Load load) throws IOException {
        SplittableRandom drawn = life.random();
        long most = 200L + drawn.nextInt(3_000);
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(30 + drawn.nextInt(300));
        boolean reloads = drawn.nextInt(4) == 0;
        boolean syncs = drawn.nextInt(3) == 0;
        AdminClient admin = new AdminClient(node.adminPort());
        try (RespClient client = node.client()) {
            while (!load.awaitAcknowledged(most, Duration.ofMillis(2 + drawn.nextInt(20)))
                    && (System.nanoTime() - endNanos < 0 || load.acknowledged() == 0)) {
                if (load.hasEnded() || System.nanoTime() - endNanos > TimeUnit.MILLISECONDS.toNanos(LOAD_LIMIT_MS)) {
                    violation("a connection broke, or nothing was acknowledged" + node.lastWords());
                    return;
                }
                look(node);
                if (reloads && drawn.nextInt(3) == 0) {
                    life.reload(scratch.resolve("tidemark.yaml"));
                }
                if (syncs && drawn.nextInt(3) == 0) {
                    sync(client, admin, drawn);
                }
            }
        }
    }

    /** Asks for syncs; some are still in progress when the power is cut. */
    private void sync(RespClient client, AdminClient admin, SplittableRandom drawn) throws IOException {
        if (drawn.nextBoolean()) {
            publish(admin.post("/api/sync?deadline_ms=100", "").json().getJsonArray("shards"));
            figures.syncs++;
            return;
        }
        int burst = 1 + drawn.nextInt(20);
        for (int i = 0; i < burst; i++) {
            client.send("SAVE");
        }
        client.flush();
        figures.syncs += burst;
    }

    private void look(NodeProcess node) throws IOException {
        publish(shards(node));
    }

    private static JsonArray shards(NodeProcess node) throws IOException {
        return new AdminClient(node.adminPort()).get("/api/shards").json().getJsonArray("shards");
    }

    private void publish(JsonArray status) {
        for (int i = 0; i < status.size(); i++) {
            JsonObject shard = status.getJsonObject(i);
            published.merge(shard.getInteger("shard"), shard.getLong("durable_index", 0L), Math::max);
        }
    }

    /** The files, before a node opens them. */
    private void checkStopped() throws IOException {
        if (!sound()) {
            return;
        }
        left = StoppedNode.inspect(disks.data(), disks.log());
        figures.inspections++;
        left.problems().forEach(problem -> violation("verify: " + problem));
        for (int shard = 0; shard < shards; shard++) {
            long before = published.getOrDefault(shard, 0L);
            if (left.durableIndex(shard) < before) {
                violation("the durable index of shard " + shard + " went back from " + before + ", as published, to "
                        + left.durableIndex(shard));
            }
            if (orderly && left.toReplay(shard) > 0) {
                violation("an ordered stop left " + left.toReplay(shard) + " entries of shard " + shard + " to replay");
            }
        }
        if (random.nextInt(10) == 0 && Files.exists(disks.data().resolve("TIDEMARK"))) {
            String said = StoppedNode.verify(disks.data(), disks.log());
            figures.verifies++;
            if (!said.isEmpty()) {
                violation("tidemark verify: " + said);
            }
        }
    }

    private void checkStarted(NodeProcess node) throws IOException {
        JsonArray now = shards(node);
        for (int shard = 0; shard < shards; shard++) {
            JsonObject status = now.getJsonObject(shard);
            long replayed = status.getJsonObject("recovery").getLong("entries");
            figures.replayed += replayed;
            if (replayed != left.toReplay(shard) || status.getLong("durable_index") < left.durableIndex(shard)) {
                violation("shard " + shard + " replayed " + replayed + " entries from a durable index of "
                        + status.getLong("durable_index") + "; its manifest says " + left.durableIndex(shard)
                        + " and its log has " + left.toReplay(shard) + " behind that");
            }
        }
        clients.check(node.port(), "after cut " + figures.cuts);
    }

    private void finish() throws IOException {
        try (NodeProcess node = builder(new PowerCutScenario(random.split())).launch()) {
            judged("the last life", node, () -> {
                node.port();
                checkStarted(node);
                stop(node);
            });
        }
        checkStopped();
    }
}
