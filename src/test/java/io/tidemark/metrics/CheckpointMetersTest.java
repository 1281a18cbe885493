package io.tidemark.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.CheckpointStatus;
import io.tidemark.checkpoint.Checkpointers;
import io.tidemark.checkpoint.DirtyCounter;
import io.tidemark.pressure.PressureLevel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real checkpointers over in-memory stores, as Prometheus scrapes them. */
class CheckpointMetersTest {
    private static final Pattern TYPE = Pattern.compile("^# TYPE (\\S+) (\\S+)$", Pattern.MULTILINE);

    private final Vertx vertx = Vertx.vertx();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @AfterEach
    void close() throws Exception {
        await(vertx.close().otherwiseEmpty());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.await(20, TimeUnit.SECONDS);
    }

    private Checkpointers deploy(String store, MeteredStore... stores) throws Exception {
        CheckpointOptions quiet =
                new CheckpointOptions().setIntervalMs(3_600_000).setMaxDelayMs(3_600_000);
        return await(Checkpointers.deploy(vertx, store, quiet, List.of(stores)));
    }

    /** The value of a meter of the node without a name, of this name and these labels beside {@code node}. */
    private double value(String meter) {
        String line = meter.contains("node=") ? meter : unnamed(meter);
        String text = registry.scrape();
        return text.lines()
                .filter(each -> each.startsWith(line + " "))
                .mapToDouble(each -> Double.parseDouble(each.substring(line.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line " + line + " in\n" + text));
    }

    /** Labels are sorted: {@code op}, {@code outcome}, {@code reason} and {@code trigger} come after {@code node}. */
    private static String unnamed(String meter) {
        return meter.contains("{") ? meter.replace("{", "{node=\"\",") : meter + "{node=\"\"}";
    }

    private static String shard(String name, String store, int shard) {
        return name + "{node=\"\",shard=\"" + shard + "\",store=\"" + store + "\"}";
    }

    @Test
    void names_asPrometheusSeesThem_areTheDocumentedOnes() throws Exception {
        MeteredStore store = new MeteredStore();
        Checkpointers checkpointers = deploy("orders", store);
        try (CheckpointMeters meters = CheckpointMeters.bind(registry, checkpointers)) {
            store.write(DirtyCounter.of(vertx, "orders", 0));
            await(checkpointers.syncNow(0));
            assertThat(meters).isNotNull();
            Set<String> types = new TreeSet<>();
            Matcher matcher = TYPE.matcher(registry.scrape());
            while (matcher.find()) {
                types.add(matcher.group(1) + " " + matcher.group(2));
            }
            assertThat(types)
                    .contains(
                            "tidemark_checkpoint_duration_seconds histogram",
                            "tidemark_fsync_duration_seconds histogram",
                            "tidemark_checkpoint_queue_seconds histogram",
                            "tidemark_sync_wait_seconds histogram",
                            "tidemark_checkpoint_in_flight_seconds gauge",
                            "tidemark_dirty_bytes gauge",
                            "tidemark_dirty_files gauge",
                            "tidemark_dirty_age_seconds gauge",
                            "tidemark_applied_index gauge",
                            "tidemark_durable_index gauge",
                            "tidemark_replay_estimate_seconds gauge",
                            "tidemark_pressure_level gauge",
                            "tidemark_checkpoints_total counter",
                            "tidemark_checkpoint_deferrals_total counter",
                            "tidemark_checkpoint_bytes_total counter",
                            "tidemark_fsync_failures_total counter",
                            "tidemark_fsync_stalls_total counter",
                            "tidemark_checkpoints_overdue_total counter",
                            "tidemark_file_repairs_total counter",
                            "tidemark_pressure_transitions_total counter",
                            "tidemark_config_reloads_total counter");
        }
    }

    @Test
    void histograms_neverCarryAShard_andNoLabelAFile() throws Exception {
        MeteredStore store = new MeteredStore();
        Checkpointers checkpointers = deploy("orders", store);
        CheckpointMeters.bind(registry, checkpointers);
        store.write(DirtyCounter.of(vertx, "orders", 0));
        await(checkpointers.syncNow(0));
        assertThat(registry.scrape().lines().filter(line -> line.contains("_bucket")))
                .isNotEmpty()
                .noneMatch(line -> line.contains("shard="));
        assertThat(registry.scrape())
                .contains("op=\"manifest\"")
                .doesNotContain(MeteredStore.DATA_FILE)
                .doesNotContain(MeteredStore.MANIFEST_FILE);
    }

    @Test
    void generation_isCountedAndTimedByStep() throws Exception {
        MeteredStore store = new MeteredStore();
        Checkpointers checkpointers = deploy("orders", store);
        CheckpointMeters.bind(registry, checkpointers);
        store.write(DirtyCounter.of(vertx, "orders", 0));
        assertThat(value(shard("tidemark_dirty_bytes", "orders", 0))).isEqualTo(100);
        assertThat(value(shard("tidemark_dirty_files", "orders", 0))).isEqualTo(1);
        assertThat(value(shard("tidemark_applied_index", "orders", 0))).isEqualTo(1);
        assertThat(value(shard("tidemark_durable_index", "orders", 0))).isZero();
        assertThat(value(shard("tidemark_replay_estimate_seconds", "orders", 0)))
                .isEqualTo(100 / 100e6);
        await(checkpointers.syncNow(0));
        assertThat(value(shard("tidemark_dirty_bytes", "orders", 0))).isZero();
        assertThat(value(shard("tidemark_dirty_age_seconds", "orders", 0))).isZero();
        assertThat(value(shard("tidemark_durable_index", "orders", 0))).isEqualTo(1);
        assertThat(value("tidemark_checkpoints_total{outcome=\"ok\",trigger=\"sync_now\"}"))
                .isEqualTo(1);
        assertThat(value("tidemark_checkpoint_duration_seconds_count{outcome=\"ok\",trigger=\"sync_now\"}"))
                .isEqualTo(1);
        assertThat(value("tidemark_checkpoint_bytes_total")).isEqualTo(100);
        assertThat(value("tidemark_fsync_duration_seconds_count{op=\"data\"}")).isEqualTo(2);
        assertThat(value("tidemark_fsync_duration_seconds_count{op=\"directory\"}"))
                .isEqualTo(1);
        assertThat(value("tidemark_fsync_duration_seconds_count{op=\"manifest\"}"))
                .isEqualTo(1);
        assertThat(value("tidemark_fsync_duration_seconds_count{op=\"all\"}")).isZero();
        assertThat(value("tidemark_sync_wait_seconds_count")).isEqualTo(1);
    }

    @Test
    void targetThatReportsNoSteps_isTimedAsAWhole() throws Exception {
        MeteredStore store = new MeteredStore().silent();
        Checkpointers checkpointers = deploy("orders", store);
        CheckpointMeters.bind(registry, checkpointers);
        store.write(DirtyCounter.of(vertx, "orders", 0));
        await(checkpointers.syncNow(0));
        assertThat(value("tidemark_fsync_duration_seconds_count{op=\"all\"}")).isEqualTo(1);
        assertThat(value("tidemark_fsync_duration_seconds_count{op=\"data\"}")).isZero();
        assertThat(registry.scrape()).doesNotContain("tidemark_dirty_files");
    }

    @Test
    void failure_isCountedByTheStepThatFailed() throws Exception {
        MeteredStore store = new MeteredStore();
        Checkpointers checkpointers = deploy("orders", store);
        CheckpointMeters.bind(registry, checkpointers);
        assertThat(value("tidemark_fsync_failures_total{op=\"manifest\"}")).isZero();
        store.failManifest = true;
        store.write(DirtyCounter.of(vertx, "orders", 0));
        assertThatThrownBy(() -> await(checkpointers.syncNow(0))).hasMessageContaining(MeteredStore.MANIFEST_FILE);
        assertThat(value("tidemark_fsync_failures_total{op=\"manifest\"}")).isEqualTo(1);
        assertThat(value("tidemark_fsync_failures_total{op=\"data\"}")).isZero();
        assertThat(value("tidemark_checkpoints_total{outcome=\"failed\",trigger=\"sync_now\"}"))
                .isEqualTo(1);
        assertThat(value("tidemark_pressure_transitions_total{reason=\"fsync_failed\"}"))
                .isGreaterThanOrEqualTo(1);
        assertThat(value(shard("tidemark_pressure_level", "orders", 0)))
                .as("2 shed, 3 failed")
                .isGreaterThanOrEqualTo(2);
        assertThat(value("tidemark_checkpoint_bytes_total")).isZero();
    }

    @Test
    void bind_afterGenerations_showsStateAndCountsFromThen() throws Exception {
        MeteredStore store = new MeteredStore();
        Checkpointers checkpointers = deploy("orders", store);
        store.write(DirtyCounter.of(vertx, "orders", 0));
        await(checkpointers.syncNow(0));
        CheckpointMeters.bind(registry, checkpointers);
        assertThat(value(shard("tidemark_durable_index", "orders", 0))).isEqualTo(1);
        assertThat(value("tidemark_checkpoints_total{outcome=\"ok\",trigger=\"sync_now\"}"))
                .isZero();
    }

    @Test
    void twoStores_shareARegistry_andOneCloses() throws Exception {
        MeteredStore orders = new MeteredStore();
        MeteredStore carts = new MeteredStore();
        Checkpointers first = deploy("orders", orders, new MeteredStore());
        Checkpointers second = deploy("carts", carts);
        CheckpointMeters firstMeters = CheckpointMeters.bind(registry, first);
        CheckpointMeters.bind(registry, second);
        orders.write(DirtyCounter.of(vertx, "orders", 0));
        carts.write(DirtyCounter.of(vertx, "carts", 0));
        assertThat(value(shard("tidemark_dirty_bytes", "orders", 0))).isEqualTo(100);
        assertThat(value(shard("tidemark_dirty_bytes", "orders", 1))).isZero();
        assertThat(value(shard("tidemark_dirty_bytes", "carts", 0))).isEqualTo(100);
        await(first.syncNow(0));
        firstMeters.close();
        orders.write(DirtyCounter.of(vertx, "orders", 0));
        await(first.syncNow(0));
        await(second.syncNow(0));
        assertThat(registry.scrape()).doesNotContain("store=\"orders\"").contains("store=\"carts\"");
        assertThat(value("tidemark_checkpoints_total{outcome=\"ok\",trigger=\"sync_now\"}"))
                .as("one of the closed store, one of the other")
                .isEqualTo(2);
    }

    @Test
    void insight_ofTheOwner_isShown() throws Exception {
        Checkpointers checkpointers = deploy("orders", new MeteredStore());
        CheckpointMeters.bind(registry, checkpointers, new ShardInsight() {
            @Override
            public CheckpointStatus refine(CheckpointStatus known) {
                return new CheckpointStatus(
                        known.store(), known.shard(), 70, 60, 5, 2, 3_000, 4_000, PressureLevel.WARN);
            }

            @Override
            public double replaySeconds(CheckpointStatus now) {
                return now.appliedIndex() - now.durableIndex();
            }
        });
        assertThat(value(shard("tidemark_applied_index", "orders", 0))).isEqualTo(70);
        assertThat(value(shard("tidemark_dirty_age_seconds", "orders", 0))).isEqualTo(3);
        assertThat(value(shard("tidemark_checkpoint_in_flight_seconds", "orders", 0)))
                .isEqualTo(4);
        assertThat(value(shard("tidemark_replay_estimate_seconds", "orders", 0)))
                .isEqualTo(10);
        assertThat(value(shard("tidemark_pressure_level", "orders", 0))).isEqualTo(1);
    }

    @Test
    void forceThatHangs_isSeenInFlight() throws Exception {
        MeteredStore store = new MeteredStore();
        Checkpointers checkpointers = await(Checkpointers.deploy(
                vertx,
                "orders",
                new CheckpointOptions().setIntervalMs(3_600_000).setStallWarnMs(20),
                List.of(store)));
        CheckpointMeters.bind(registry, checkpointers);
        store.hold();
        store.write(DirtyCounter.of(vertx, "orders", 0));
        Future<?> sync = checkpointers.syncNow(0);
        List<Double> ages = new ArrayList<>();
        while (value("tidemark_fsync_stalls_total") == 0) {
            ages.add(value(shard("tidemark_checkpoint_in_flight_seconds", "orders", 0)));
        }
        assertThat(value(shard("tidemark_checkpoint_in_flight_seconds", "orders", 0)))
                .isGreaterThanOrEqualTo(0.02);
        assertThat(ages).isSorted();
        assertThat(value(shard("tidemark_dirty_age_seconds", "orders", 0))).isGreaterThanOrEqualTo(0.02);
        store.letGo();
        await(sync);
        assertThat(value(shard("tidemark_checkpoint_in_flight_seconds", "orders", 0)))
                .isZero();
        assertThat(value("tidemark_fsync_stalls_total")).isEqualTo(1);
    }

    @Test
    @Timeout(20)
    void permitThatComesTooLate_isCounted() throws Exception {
        CheckpointOptions onePermit =
                new CheckpointOptions().setIntervalMs(3_600_000).setMaxConcurrentFsyncs(1);
        MeteredStore hangs = new MeteredStore();
        hangs.hold();
        CheckpointOptions patient =
                new CheckpointOptions(onePermit).setStallWarnMs(3_600_000).setStallShedMs(3_600_000);
        Checkpointers first = await(Checkpointers.deploy(vertx, "hangs", patient, List.of(hangs)));
        CheckpointMeters.bind(registry, first);
        hangs.write(DirtyCounter.of(vertx, "hangs", 0));
        Future<?> held = first.syncNow(0);
        while (value(shard("tidemark_checkpoint_in_flight_seconds", "hangs", 0)) == 0) {
            Thread.onSpinWait();
        }
        CheckpointOptions soon = new CheckpointOptions(onePermit).setStallWarnMs(20);
        Checkpointers second = await(Checkpointers.deploy(vertx, "orders", soon, List.of(new MeteredStore())));
        CheckpointMeters.bind(registry, second);
        assertThat(value("tidemark_checkpoints_overdue_total")).isZero();
        Future<?> waits = second.syncNow(0);
        while (value("tidemark_checkpoints_overdue_total") == 0) {
            Thread.onSpinWait();
        }
        while (value(shard("tidemark_pressure_level", "orders", 0)) != 1) {
            Thread.onSpinWait();
        }
        hangs.letGo();
        await(waits);
        await(held);
        assertThat(value("tidemark_checkpoints_overdue_total")).isEqualTo(1);
    }

    @Test
    @Timeout(20)
    void repairs_areCountedByOutcome() throws Exception {
        MeteredStore store = new MeteredStore();
        Checkpointers checkpointers = deploy("orders", store);
        CheckpointMeters.bind(registry, checkpointers);
        store.failManifest = true;
        store.write(DirtyCounter.of(vertx, "orders", 0));
        assertThatThrownBy(() -> await(checkpointers.syncNow(0))).hasMessageContaining("Input/output error");
        while (value("tidemark_file_repairs_total{outcome=\"failed\"}") == 0) {
            Thread.onSpinWait();
        }
        assertThat(value("tidemark_file_repairs_total{outcome=\"ok\"}")).isZero();
    }

    @Test
    void reloaded_isCountedByOutcome() throws Exception {
        Checkpointers checkpointers = deploy("orders", new MeteredStore());
        CheckpointMeters.bind(registry, checkpointers);
        checkpointers.notifyReload(true);
        checkpointers.notifyReload(true);
        checkpointers.notifyReload(false);
        assertThat(value("tidemark_config_reloads_total{outcome=\"accepted\"}")).isEqualTo(2);
        assertThat(value("tidemark_config_reloads_total{outcome=\"rejected\"}")).isEqualTo(1);
    }

    @Test
    void anyRegistry_takesTheMeters() throws Exception {
        SimpleMeterRegistry simple = new SimpleMeterRegistry();
        Checkpointers checkpointers = deploy("orders", new MeteredStore());
        try (CheckpointMeters meters = CheckpointMeters.bind(simple, checkpointers)) {
            assertThat(meters).isNotNull();
            assertThat(simple.get("tidemark.dirty.bytes").gauge().value()).isZero();
        }
        assertThat(simple.find("tidemark.dirty.bytes").gauge()).isNull();
    }

    @Test
    void secondBindingOfAStore_isReportedAndTakesThePlaceOfTheFirst() throws Exception {
        MeteredStore hangs = new MeteredStore();
        Checkpointers first = deploy("orders", hangs);
        CheckpointMeters old = CheckpointMeters.bind(registry, first);
        hangs.write(DirtyCounter.of(vertx, "orders", 0));
        await(first.close());

        MeteredStore store = new MeteredStore();
        Checkpointers second = deploy("orders", store);
        try (LoggedWarnings log = new LoggedWarnings(CheckpointMeters.class)) {
            CheckpointMeters fresh = CheckpointMeters.bind(registry, second);
            assertThat(log.lines()).hasSize(1);
            assertThat(log.lines().get(0)).contains("store orders: its meters were bound to this registry already");
            old.close();
            old.close();
            await(second.syncNow(0));
            store.write(DirtyCounter.of(vertx, "orders", 0));
            assertThat(value(shard("tidemark_dirty_bytes", "orders", 0)))
                    .as("of the store that is there")
                    .isEqualTo(100);
            double before = value("tidemark_checkpoints_total{outcome=\"ok\",trigger=\"sync_now\"}");
            await(second.syncNow(0));
            assertThat(value("tidemark_checkpoints_total{outcome=\"ok\",trigger=\"sync_now\"}"))
                    .as("counted once")
                    .isEqualTo(before + 1);
            fresh.close();
            assertThat(registry.scrape()).doesNotContain("store=\"orders\"");
            CheckpointMeters.bind(registry, second).close();
            assertThat(log.lines()).as("after a close it is the only one").hasSize(1);
        }
    }

    @Test
    void sameCheckpointersBoundTwice_countOnce() throws Exception {
        Checkpointers checkpointers = deploy("orders", new MeteredStore());
        CheckpointMeters.bind(registry, checkpointers);
        CheckpointMeters.bind(registry, checkpointers);
        await(checkpointers.syncNow(0));
        assertThat(value("tidemark_checkpoints_total{outcome=\"ok\",trigger=\"sync_now\"}"))
                .isEqualTo(1);
        assertThat(value(shard("tidemark_dirty_bytes", "orders", 0))).isZero();
    }

    @Test
    void twoNodesInAProcess_areToldApart() throws Exception {
        Vertx other = Vertx.vertx();
        try (LoggedWarnings log = new LoggedWarnings(CheckpointMeters.class)) {
            CheckpointOptions options = new CheckpointOptions().setIntervalMs(3_600_000);
            MeteredStore ofA = new MeteredStore();
            Checkpointers a = await(
                    Checkpointers.deploy(vertx, "orders", new CheckpointOptions(options).setNode("a"), List.of(ofA)));
            Checkpointers b = await(Checkpointers.deploy(
                    other, "orders", new CheckpointOptions(options).setNode("b"), List.of(new MeteredStore())));
            CheckpointMeters metersOfA = CheckpointMeters.bind(registry, a);
            CheckpointMeters.bind(registry, b);
            assertThat(log.lines()).isEmpty();
            ofA.write(DirtyCounter.of(vertx, "orders", 0));
            await(a.syncNow(0));
            await(b.syncNow(0));
            ofA.write(DirtyCounter.of(vertx, "orders", 0));
            assertThat(value("tidemark_dirty_bytes{node=\"a\",shard=\"0\",store=\"orders\"}"))
                    .isEqualTo(100);
            assertThat(value("tidemark_dirty_bytes{node=\"b\",shard=\"0\",store=\"orders\"}"))
                    .isZero();
            for (String node : List.of("a", "b")) {
                assertThat(value("tidemark_checkpoints_total{node=\"" + node
                                + "\",outcome=\"ok\",trigger=\"sync_now\"}"))
                        .isEqualTo(1);
            }
            metersOfA.close();
            assertThat(registry.scrape())
                    .doesNotContain("tidemark_dirty_bytes{node=\"a\"")
                    .contains("tidemark_dirty_bytes{node=\"b\"");
        } finally {
            await(other.close());
        }
    }
}
