package io.tidemark.reload;

import static io.tidemark.reload.WatchedFile.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.Checkpointers;
import io.tidemark.reload.ReloadOutcome.Kind;
import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real checkpointers that follow a real file. */
@Timeout(60)
class CheckpointReloadTest {
    private static final long DEBOUNCE_MS = 30;
    private static final String START = "checkpoint:\n  interval_ms: 10000\n  idle_ms: 100\n";

    private final Path file;
    private final WatchedFile watched;
    private final Checkpointers orders;
    private final ConfigReload reload;

    CheckpointReloadTest(@TempDir Path dir) throws Exception {
        file = dir.resolve("app.yaml");
        Files.writeString(file, START);
        watched = new WatchedFile(file, "orders", "users");
        await(watched.retriever.getConfig());
        orders = deploy("orders");
        reload = bind(orders);
    }

    @AfterEach
    void close() throws Exception {
        watched.end();
    }

    private Checkpointers deploy(String store) throws Exception {
        return await(Checkpointers.deploy(
                watched.vertx, store, new CheckpointOptions().setIdleMs(100), List.of(new EmptyStore())));
    }

    private ConfigReload bind(Checkpointers checkpointers) {
        return ConfigReload.bind(
                watched.vertx,
                watched.retriever,
                checkpointers.store(),
                List.of(CheckpointReload.section("checkpoint", checkpointers)),
                DEBOUNCE_MS,
                outcome -> {});
    }

    private record Change(String key, int from, int to) {}

    private static JsonObject accepted(Change... changes) {
        JsonObject changed = new JsonObject();
        for (Change change : changes) {
            changed.put(
                    "checkpoint." + change.key(),
                    new JsonObject()
                            .put("from", Integer.toString(change.from()))
                            .put("to", Integer.toString(change.to())));
        }
        return new JsonObject()
                .put("store", "orders")
                .put("outcome", "accepted")
                .put("changed", changed);
    }

    @BeforeEach
    void nothingAtFirst() throws Exception {
        assertThat(watched.outcomesAfterScans(5))
                .as("the file equals the options in use")
                .isEmpty();
    }

    @Test
    void file_replacedByRename_isApplied() throws Exception {
        watched.replace("checkpoint:\n  interval_ms: 500\n  idle_ms: 100\n  max_concurrent_fsyncs: 3\n");
        assertThat(watched.outcome())
                .isEqualTo(accepted(new Change("interval_ms", 10_000, 500), new Change("max_concurrent_fsyncs", 2, 3)));
        assertThat(orders.options().toJson())
                .isEqualTo(new CheckpointOptions()
                        .setIntervalMs(500)
                        .setIdleMs(100)
                        .setMaxConcurrentFsyncs(3)
                        .toJson());
        assertThat(watched.logged(Level.INFO))
                .containsExactly("store orders: reloaded: checkpoint.interval_ms 10000 -> 500,"
                        + " checkpoint.max_concurrent_fsyncs 2 -> 3");
        assertThat(reload.count(Kind.ACCEPTED)).isEqualTo(1);
    }

    @Test
    void file_rewrittenInPlace_isApplied() throws Exception {
        watched.rewrite("checkpoint: {interval_ms: 500, idle_ms: 100}\n");
        assertThat(watched.outcome()).isEqualTo(accepted(new Change("interval_ms", 10_000, 500)));
        watched.rewrite("checkpoint: {}\n");
        assertThat(watched.outcome())
                .as("keys left out have their defaults")
                .isEqualTo(accepted(new Change("interval_ms", 500, 10_000), new Change("idle_ms", 100, 250)));
        assertThat(orders.options().toJson()).isEqualTo(new CheckpointOptions().toJson());
    }

    @Test
    void file_seenHalfWritten_changesNothingUntilItIsWhole() throws Exception {
        await(reload.close());
        ConfigReload patient = ConfigReload.bind(
                watched.vertx,
                watched.retriever,
                "orders",
                List.of(CheckpointReload.section("checkpoint", orders)),
                1_000,
                outcome -> {});
        for (String torn : List.of("", "checkpoint:\n", "checkpoint:\n  interval_ms: 1000\n", "checkpoint:\n  inter")) {
            int before = watched.seen.size();
            int scans = watched.scans.get();
            watched.rewrite(torn);
            while (watched.scans.get() < scans + 3) {
                Thread.onSpinWait();
            }
            watched.rewrite(START);
            if (torn.endsWith("\n")) {
                assertThat(watched.seen.size())
                        .as("the retriever saw: %s", torn)
                        .isGreaterThan(before);
            }
        }
        assertThat(watched.outcomesAfterScans(2_500 / WatchedFile.SCAN_MS)).isEmpty();
        watched.rewrite("checkpoint: {interval_ms: 500, idle_ms: 100}\n");
        assertThat(watched.outcome()).isEqualTo(accepted(new Change("interval_ms", 10_000, 500)));
        assertThat(patient.count(Kind.ACCEPTED)).isEqualTo(1);
        assertThat(patient.count(Kind.REJECTED)).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "checkpoint: {interval_ms: 5}|checkpoint.interval_ms is 5, expected a whole number from 10 to 86400000",
                "checkpoint: {interval_ms: 500, idle_ms: soon}|checkpoint.idle_ms is the text `soon`, expected a whole number from 0 to 86400000",
                "checkpoint: {intervalMs: 500}|unknown checkpoint option `intervalMs`; known are [clustered, idle_ms, interval_ms",
                "checkpoint: {interval_ms: }|checkpoint.interval_ms has no value; give it one or leave the key out",
                "checkpoint: {interval_ms: 1:00}|`checkpoint.interval_ms` is 1:00 in the configuration (line 1), which YAML reads as the whole number 60; write the number in plain decimal digits",
                "checkpoint: {idle_ms: 03720}|`checkpoint.idle_ms` is 03720 in the configuration (line 1), which YAML reads as the whole number 2000",
                "checkpoint: {node: 2026-12-01}|`checkpoint.node` is 2026-12-01 in the configuration (line 1), which YAML reads as a date; put it in quotes",
                "checkpoint: {node: !!binary aGVsbG8=}|`checkpoint.node` is aGVsbG8= in the configuration (line 1), which YAML reads as binary data",
                "checkpoint: {node: on}|checkpoint.node is the Boolean true, expected a name, which is text (in YAML, in quotes",
                "checkpoint: {interval_ms: 5000.5}|checkpoint.interval_ms is the number 5000.5, expected a whole number",
                "checkpoint: {idle_ms: 1, idle_ms: 2}|`checkpoint.idle_ms` is given twice in the configuration, on lines 1 and 1",
                "checkpoint: 500|`checkpoint` is the whole number 500, expected a section with keys of its own",
                "other: {}|section `checkpoint` is missing; an empty one, `checkpoint: {}`, means the defaults",
                "\"\"|section `checkpoint` is missing; an empty one, `checkpoint: {}`, means the defaults",
                "# comments only|it is empty, or has only comments",
                "checkpoint: [|while parsing a flow node; in 'string', line 2, column 1",
            })
    void file_bad_changesNothingAndIsReportedOnce(String text, String why) throws Exception {
        watched.replace(text + "\n".repeat(text.isEmpty() ? 0 : 1));
        JsonObject outcome = watched.outcome();
        assertThat(outcome.getString("outcome")).isEqualTo("rejected");
        assertThat(outcome.getString("why")).startsWith(why);
        unchangedAndReportedOnce(why);
    }

    @Test
    void file_gone_changesNothingAndIsReportedOnce() throws Exception {
        Files.delete(file);
        assertThat(watched.outcome().getString("why")).contains(file.toString(), "NoSuchFile");
        unchangedAndReportedOnce(file.toString());
    }

    @Test
    void file_directoryInItsPlace_changesNothingAndIsReportedOnce() throws Exception {
        Files.delete(file);
        Files.createDirectory(file);
        JsonObject outcome = watched.outcome();
        while (!outcome.getString("why").contains("directory")) {
            outcome = watched.outcome(); // a scan may have seen it deleted
        }
        watched.logged(Level.WARN);
        assertThat(watched.outcomesAfterScans(50)).isEmpty();
        assertThat(watched.logged(Level.WARN)).isEmpty();
        Files.delete(file);
        watched.rewrite(START);
        assertThat(watched.outcome().getString("outcome")).isEqualTo("restored");
    }

    @Test
    void file_notUtf8_changesNothing() throws Exception {
        Files.write(file, "checkpoint: {interval_ms: \u00e4}".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(watched.outcome().getString("outcome")).isEqualTo("rejected");
        assertThat(orders.options().getIntervalMs()).isEqualTo(10_000);
    }

    /** Only the bound section is validated, not the rest of the file. */
    @Test
    void file_otherSectionsHaveDates_isApplied() throws Exception {
        watched.replace("other: {since: 2026-12-01, mode: 0755}\ncheckpoint: {interval_ms: 500, idle_ms: 100}\n");
        assertThat(watched.outcome()).isEqualTo(accepted(new Change("interval_ms", 10_000, 500)));
    }

    /** To a retriever both mean the same, so it does not report the corrected file. */
    @Test
    void file_octalThenItsMeaningInDigits_isRefusedThenAccepted() throws Exception {
        watched.replace("checkpoint: {interval_ms: 03720, idle_ms: 100}\n");
        assertThat(watched.outcome().getString("why")).contains("is 03720 in the configuration");
        watched.replace("checkpoint: {interval_ms: 2000, idle_ms: 100}\n");
        assertThat(watched.outcome()).isEqualTo(accepted(new Change("interval_ms", 10_000, 2_000)));
    }

    /** Stores of other formats give numbers and Booleans in types of their own, or as text. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "file|properties|{\"hierarchical\": true}",
                "file|properties|{\"hierarchical\": true, \"raw-data\": true}",
                "sys|json|{\"hierarchical\": true}",
                "sys|json|{\"hierarchical\": true, \"raw-data\": true}",
                "json|json|{\"checkpoint\": {\"interval_ms\": 5000, \"max_dirty_bytes\": \"1MiB\"}}",
                "json|json|{\"checkpoint\": {\"interval_ms\": \"5000\", \"max_dirty_bytes\": 1048576}}",
            })
    void store_ofAnotherFormat_givesTheSameOptions(String type, String format, String config) throws Exception {
        Path properties = file.resolveSibling("app.properties");
        Files.writeString(properties, "checkpoint.interval_ms=5000\ncheckpoint.max_dirty_bytes=1048576\n");
        System.setProperty("checkpoint.interval_ms", "5000");
        System.setProperty("checkpoint.max_dirty_bytes", "1MiB");
        try {
            ConfigRetriever retriever = ConfigRetriever.create(
                    watched.vertx,
                    new ConfigRetrieverOptions()
                            .setIncludeDefaultStores(false)
                            .setScanPeriod(WatchedFile.SCAN_MS)
                            .addStore(new ConfigStoreOptions()
                                    .setType(type)
                                    .setFormat(format)
                                    .setConfig(new JsonObject(config)
                                            .mergeIn(
                                                    type.equals("file")
                                                            ? new JsonObject().put("path", properties.toString())
                                                            : new JsonObject()))));
            JsonObject section = await(retriever.getConfig()).getJsonObject("checkpoint");
            assertThat(new CheckpointOptions(section))
                    .isEqualTo(new CheckpointOptions().setIntervalMs(5_000).setMaxDirtyBytes(1 << 20));
            ConfigReload users = ConfigReload.bind(
                    watched.vertx,
                    retriever,
                    "users",
                    List.of(CheckpointReload.section("checkpoint", deploy("users"))),
                    DEBOUNCE_MS,
                    outcome -> {});
            assertThat(watched.outcome().getString("outcome")).isEqualTo("accepted");
            await(users.close());
            await(retriever.close());
        } finally {
            System.clearProperty("checkpoint.interval_ms");
            System.clearProperty("checkpoint.max_dirty_bytes");
        }
    }

    private void unchangedAndReportedOnce(String why) throws Exception {
        assertThat(watched.outcomesAfterScans(50)).as("reported once").isEmpty();
        assertThat(watched.logged(Level.WARN))
                .singleElement()
                .asString()
                .startsWith("store orders: configuration refused, nothing changed: ")
                .contains(why);
        assertThat(orders.options().toJson())
                .isEqualTo(new CheckpointOptions().setIdleMs(100).toJson());
        assertThat(reload.count(Kind.REJECTED)).isEqualTo(1);
        watched.replace(START);
        assertThat(watched.outcome())
                .isEqualTo(new JsonObject()
                        .put("store", "orders")
                        .put("outcome", "restored")
                        .put("changed", new JsonObject()));
        watched.replace(START.replace("idle_ms: 100", "idle_ms: 150"));
        assertThat(watched.outcome()).isEqualTo(accepted(new Change("idle_ms", 100, 150)));
        assertThat(reload.count(Kind.ACCEPTED)).isEqualTo(1);
        assertThat(reload.count(Kind.RESTORED)).isEqualTo(1);
        assertThat(reload.count(Kind.REJECTED)).isEqualTo(1);
    }

    @Test
    void file_badThenGoodWithChanges_isAcceptedWithOneLine() throws Exception {
        watched.replace("checkpoint: {interval_ms: 0}\n");
        assertThat(watched.outcome().getString("outcome")).isEqualTo("rejected");
        watched.replace(START.replace("idle_ms: 100", "idle_ms: 150"));
        assertThat(watched.outcome()).isEqualTo(accepted(new Change("idle_ms", 100, 150)));
        assertThat(watched.outcomesAfterScans(20)).isEmpty();
    }

    @Test
    void file_sameMeaning_isNotReported() throws Exception {
        watched.replace("# a comment\ncheckpoint:\n  idle_ms: 100\n  max_dirty_bytes: 268435456\n");
        assertThat(watched.outcomesAfterScans(20)).isEmpty();
        watched.replace("other: 1\n" + START);
        assertThat(watched.outcomesAfterScans(20)).isEmpty();
        assertThat(watched.logged(Level.INFO)).isEmpty();
        assertThat(watched.seen).as("the retriever saw both").hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void file_changedBeforeItWasBound_isAppliedSoonAfter() throws Exception {
        Checkpointers users = deploy("users");
        watched.replace(START.replace("10000", "500"));
        assertThat(watched.outcome().getString("store")).isEqualTo("orders");
        bind(users);
        assertThat(watched.outcome().getString("store")).isEqualTo("users");
        assertThat(users.options().getIntervalMs()).isEqualTo(500);
    }

    @Test
    void twoStores_onOneRetriever_bothFollowAndBothReportFailures() throws Exception {
        Checkpointers users = deploy("users");
        bind(users);
        watched.replace(START.replace("10000", "500"));
        assertThat(List.of(watched.outcome(), watched.outcome()))
                .extracting(outcome -> outcome.getString("store") + " " + outcome.getString("outcome"))
                .containsExactlyInAnyOrder("orders accepted", "users accepted");
        Files.delete(file);
        assertThat(List.of(watched.outcome(), watched.outcome()))
                .extracting(outcome -> outcome.getString("store") + " " + outcome.getString("outcome"))
                .containsExactlyInAnyOrder("orders rejected", "users rejected");
    }

    /** Keys that can't change while running may be omitted; if given, they must be the same. */
    @Test
    void section_nodeOfARunningStore_staysAndCannotBeChanged() throws Exception {
        CheckpointOptions named = new CheckpointOptions().setNode("a").setClustered(true);
        ReloadableSection section = CheckpointReload.section(
                "checkpoint", await(Checkpointers.deploy(watched.vertx, "users", named, List.of(new EmptyStore()))));
        assertThat(section.validate(new JsonObject())).isEqualTo(section.current());
        assertThat(section.validate(new JsonObject().put("node", "a"))).isEqualTo(section.current());
        assertThatThrownBy(() -> section.validate(new JsonObject().put("node", "b")))
                .hasMessageContaining("checkpoint.node can't change while running: it is `a`, asked for `b`");
        await(section.apply(section.validate(new JsonObject().put("interval_ms", 500))));
        assertThat(section.current())
                .isEqualTo(new CheckpointOptions(named).setIntervalMs(500).toJson());
    }

    @Test
    void close_fileChangesAfterwards_changesNothing() throws Exception {
        await(reload.close());
        watched.replace(START.replace("10000", "500"));
        assertThat(watched.outcomesAfterScans(20)).isEmpty();
        assertThat(watched.seen).as("the retriever saw it").isNotEmpty();
        assertThat(orders.options().getIntervalMs()).isEqualTo(10_000);
    }
}
