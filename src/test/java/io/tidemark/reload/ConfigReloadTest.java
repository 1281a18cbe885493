package io.tidemark.reload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.tidemark.reload.ReloadOutcome.Kind;
import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several sections of one file. */
@Timeout(60)
class ConfigReloadTest {
    private static final long MAX_CLOSE_MS = 500;

    private final Path file;
    private final WatchedFile watched;
    private final Section colours = new Section("colours", false);
    private final Section sizes = new Section("sizes", false);
    private final Section fixed = new Section("fixed", true);
    private final ConfigReload reload;
    private volatile Consumer<ReloadOutcome> listener = outcome -> {};

    ConfigReloadTest(@TempDir Path dir) throws Exception {
        file = dir.resolve("app.yaml");
        Files.writeString(file, yaml(1, 1, 1));
        watched = new WatchedFile(file, "orders");
        reload = ConfigReload.bind(
                watched.vertx,
                watched.retriever,
                "orders",
                List.of(colours, sizes, fixed),
                30,
                MAX_CLOSE_MS,
                outcome -> listener.accept(outcome));
        watched.outcomesAfterScans(5);
    }

    @AfterEach
    void close() throws Exception {
        watched.end();
    }

    private static String yaml(int colour, int size, int password) {
        return "colours: {n: " + colour + "}\nsizes: {n: " + size + "}\nfixed: {n: " + password + "}\n";
    }

    /** A number from 0 to 99. */
    private static final class Section implements ReloadableSection {
        final List<Integer> applied = new CopyOnWriteArrayList<>();
        final AtomicInteger asked = new AtomicInteger();
        private final String key;
        private final boolean needsRestart;
        private volatile int n = 1;
        private volatile Future<Void> gate = Future.succeededFuture();
        private volatile @Nullable Supplier<@Nullable Future<Void>> strange;

        Section(String key, boolean needsRestart) {
            this.key = key;
            this.needsRestart = needsRestart;
        }

        @Override
        public String key() {
            return key;
        }

        @Override
        public JsonObject current() {
            return new JsonObject().put("n", n);
        }

        @Override
        public JsonObject validate(JsonObject given) {
            if (given.getInteger("n") > 99) {
                throw new IllegalArgumentException(key + ".n is " + given.getInteger("n"));
            }
            return given;
        }

        @Override
        @SuppressWarnings("NullAway") // a user's section may do that
        public Future<Void> apply(JsonObject complete) {
            asked.incrementAndGet();
            Supplier<@Nullable Future<Void>> instead = strange;
            if (instead != null) {
                return instead.get();
            }
            return gate.onSuccess(open -> {
                n = complete.getInteger("n");
                applied.add(n);
            });
        }

        @Override
        public boolean needsRestart() {
            return needsRestart;
        }

        @Override
        public String format(String key, Object value) {
            return needsRestart ? "(hidden)" : value.toString();
        }
    }

    @Test
    void sections_bothChanged_areOneOutcome() throws Exception {
        watched.replace(yaml(2, 3, 1));
        assertThat(watched.outcome().getJsonObject("changed").fieldNames()).containsExactly("colours.n", "sizes.n");
        assertThat(colours.applied).containsExactly(2);
        assertThat(sizes.applied).containsExactly(3);
    }

    @Test
    void sections_oneIsInvalid_noneIsApplied() throws Exception {
        watched.replace(yaml(2, 100, 1));
        assertThat(watched.outcome().getString("why")).isEqualTo("sizes.n is 100");
        assertThat(colours.applied).isEmpty();
    }

    @Test
    void sections_oneNeedsARestart_itIsNamedAndTheOtherIsApplied() throws Exception {
        watched.replace(yaml(2, 1, 7));
        assertThat(watched.outcome().getString("outcome")).isEqualTo("accepted");
        JsonObject outcome = watched.outcome();
        assertThat(outcome.getString("outcome")).isEqualTo("needs_restart");
        assertThat(outcome.getJsonObject("changed").encode())
                .isEqualTo("{\"fixed.n\":{\"from\":\"(hidden)\",\"to\":\"(hidden)\"}}");
        assertThat(watched.logged(Level.WARN))
                .containsExactly("store orders: not reloaded, requires a restart: fixed.n (hidden) -> (hidden)");
        assertThat(fixed.applied).isEmpty();
        watched.replace(yaml(3, 1, 7));
        assertThat(watched.outcome().getString("outcome")).isEqualTo("accepted");
        assertThat(watched.outcomesAfterScans(20)).as("already reported").isEmpty();
        watched.replace(yaml(3, 1, 1));
        assertThat(watched.outcome().encode())
                .isEqualTo("{\"store\":\"orders\",\"outcome\":\"needs_restart\",\"changed\":{}}");
    }

    @Test
    void apply_fails_isRejectedAndNotTriedAgain() throws Exception {
        colours.gate = Future.failedFuture("no paint");
        watched.replace(yaml(2, 1, 1));
        assertThat(watched.outcome().getString("why")).contains("could not be applied", "no paint");
        assertThat(watched.outcomesAfterScans(20)).isEmpty();
        colours.gate = Future.succeededFuture();
        watched.replace(yaml(3, 1, 1));
        assertThat(watched.outcome().getString("outcome")).isEqualTo("accepted");
        assertThat(colours.applied).containsExactly(3);
    }

    @Test
    void apply_takesLong_theLastConfigurationFollowsIt() throws Exception {
        Promise<Void> gate = Promise.promise();
        colours.gate = gate.future();
        watched.replace(yaml(2, 1, 1));
        while (colours.asked.get() == 0) {
            Thread.onSpinWait();
        }
        for (int n = 3; n < 6; n++) {
            watched.replace(yaml(n, 1, 1));
            assertThat(watched.outcomesAfterScans(50)).isEmpty();
        }
        assertThat(colours.asked.get()).as("one at a time").isEqualTo(1);
        gate.complete();
        assertThat(watched.outcome().getJsonObject("changed").encode())
                .isEqualTo("{\"colours.n\":{\"from\":\"1\",\"to\":\"2\"}}");
        assertThat(watched.outcome().getJsonObject("changed").encode())
                .isEqualTo("{\"colours.n\":{\"from\":\"2\",\"to\":\"5\"}}");
        assertThat(colours.applied).containsExactly(2, 5);
    }

    @Test
    void listener_throwsAnError_isLoggedOncePerEventAndReloadsContinue() throws Exception {
        listener = outcome -> {
            throw new NoSuchMethodError("a listener's");
        };
        watched.replace(yaml(2, 1, 1));
        assertThat(watched.outcome().getString("outcome")).isEqualTo("accepted");
        watched.replace(yaml(3, 1, 1));
        assertThat(watched.outcome().getString("outcome")).isEqualTo("accepted");
        watched.replace(yaml(100, 1, 1));
        assertThat(watched.outcome().getString("outcome")).isEqualTo("rejected");
        WatchedFile.await(reload.close());
        assertThat(colours.applied).containsExactly(2, 3);
        assertThat(watched.logged(Level.WARN))
                .filteredOn(line -> line.contains("a reload listener threw"))
                .containsExactly(
                        "store orders: a reload listener threw at ACCEPTED",
                        "store orders: a reload listener threw at ACCEPTED",
                        "store orders: a reload listener threw at REJECTED");
    }

    @Test
    void apply_isNullOrThrows_isRejectedAndReloadsContinue() throws Exception {
        colours.strange = () -> null;
        watched.replace(yaml(2, 1, 1));
        assertThat(watched.outcome().getString("why")).contains("apply() of section `colours` returned null");
        colours.strange = () -> {
            throw new NoSuchMethodError("a section's");
        };
        watched.replace(yaml(3, 1, 1));
        assertThat(watched.outcome().getString("why")).contains("a section's");
        colours.strange = null;
        watched.replace(yaml(4, 1, 1));
        assertThat(watched.outcome().getString("outcome")).isEqualTo("accepted");
        WatchedFile.await(reload.close());
    }

    private static final String UNCHANGED = "store orders: configuration read again: nothing changed";

    /** Over the same file, by a retriever that does not scan. */
    private ConfigReload unscanned() throws Exception {
        WatchedFile.await(reload.close());
        return ConfigReload.bind(
                watched.vertx,
                ConfigRetriever.create(
                        watched.vertx,
                        new ConfigRetrieverOptions()
                                .setIncludeDefaultStores(false)
                                .setScanPeriod(0)
                                .addStore(new ConfigStoreOptions()
                                        .setType("file")
                                        .setFormat("yaml")
                                        .setConfig(new JsonObject().put("path", file.toString())))),
                "orders",
                List.of(colours, sizes, fixed),
                30,
                outcome -> {});
    }

    @Test
    void reloadNow_changed_isAppliedWithoutAScan() throws Exception {
        ConfigReload unscanned = unscanned();
        watched.replace(yaml(2, 1, 1));
        WatchedFile.await(unscanned.reloadNow());
        assertThat(colours.applied).containsExactly(2);
        assertThat(watched.outcome().getString("outcome")).isEqualTo("accepted");
        assertThat(watched.logged(Level.INFO)).containsExactly("store orders: reloaded: colours.n 1 -> 2");
        WatchedFile.await(unscanned.reloadNow());
        assertThat(watched.logged(Level.INFO)).containsExactly(UNCHANGED);
        assertThat(watched.outcomesAfterScans(2)).as("nothing to publish").isEmpty();
    }

    @Test
    void reloadNow_nothingNew_isLoggedEachTimeAndPublishedNever() throws Exception {
        ConfigReload unscanned = unscanned();
        WatchedFile.await(unscanned.reloadNow());
        WatchedFile.await(unscanned.reloadNow());
        assertThat(watched.logged(Level.INFO)).containsExactly(UNCHANGED, UNCHANGED);
        watched.replace(yaml(1, 1, 7));
        WatchedFile.await(unscanned.reloadNow());
        assertThat(watched.logged(Level.WARN))
                .containsExactly("store orders: not reloaded, requires a restart: fixed.n (hidden) -> (hidden)");
        WatchedFile.await(unscanned.reloadNow());
        assertThat(watched.logged(Level.INFO)).containsExactly(UNCHANGED + "; still requires a restart: fixed.n");
        watched.replace(yaml(100, 1, 7));
        WatchedFile.await(unscanned.reloadNow());
        WatchedFile.await(unscanned.reloadNow());
        assertThat(watched.logged(Level.WARN))
                .containsExactly(
                        "store orders: configuration refused, nothing changed: colours.n is 100",
                        "store orders: configuration read again, still refused, nothing changed:"
                                + " colours.n is 100");
        assertThat(unscanned.count(Kind.REJECTED)).isEqualTo(1);
        watched.replace(yaml(1, 1, 7));
        WatchedFile.await(unscanned.reloadNow());
        assertThat(watched.logged(Level.INFO))
                .containsExactly("store orders: the configuration is valid again and equals the one in use");
        assertThat(watched.outcome().getString("outcome")).isEqualTo("needs_restart");
        assertThat(watched.outcome().getString("outcome")).isEqualTo("rejected");
        assertThat(watched.outcome().getString("outcome")).isEqualTo("restored");
    }

    @Test
    void reloadNow_whileASectionIsApplied_completesAfterwards() throws Exception {
        ConfigReload unscanned = unscanned();
        Promise<Void> gate = Promise.promise();
        colours.gate = gate.future();
        watched.replace(yaml(2, 1, 1));
        Future<Void> first = unscanned.reloadNow();
        while (colours.asked.get() == 0) {
            Thread.onSpinWait();
        }
        watched.replace(yaml(3, 1, 1));
        Future<Void> second = unscanned.reloadNow();
        watched.outcomesAfterScans(10);
        assertThat(first.isComplete() || second.isComplete()).isFalse();
        gate.complete();
        WatchedFile.await(second);
        assertThat(first.succeeded()).isTrue();
        assertThat(colours.applied).containsExactly(2, 3);
    }

    @Test
    void reloadNow_manyAtOnce_areAllAnsweredByFewLines() throws Exception {
        ConfigReload unscanned = unscanned();
        watched.replace(yaml(2, 1, 1));
        List<Future<Void>> all = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            all.add(unscanned.reloadNow());
        }
        WatchedFile.await(Future.all(all));
        assertThat(colours.applied).containsExactly(2);
        assertThat(watched.logged(Level.INFO))
                .startsWith("store orders: reloaded: colours.n 1 -> 2")
                .hasSizeLessThan(1_000);
    }

    @Test
    void reloadNow_closed_fails() throws Exception {
        ConfigReload unscanned = unscanned();
        Promise<Void> gate = Promise.promise();
        colours.gate = gate.future();
        watched.replace(yaml(2, 1, 1));
        Future<Void> inProgress = unscanned.reloadNow();
        while (colours.asked.get() == 0) {
            Thread.onSpinWait();
        }
        Future<Void> closing = unscanned.close();
        assertThatThrownBy(() -> WatchedFile.await(inProgress)).hasMessageContaining("closed");
        assertThatThrownBy(() -> WatchedFile.await(unscanned.reloadNow())).hasMessageContaining("closed");
        gate.complete();
        WatchedFile.await(closing);
    }

    @Test
    void close_applyNeverCompletes_failsInTimeAndNamesTheSection() throws Exception {
        Promise<Void> never = Promise.promise();
        colours.gate = never.future();
        watched.replace(yaml(2, 1, 1));
        while (colours.asked.get() == 0) {
            Thread.onSpinWait();
        }
        assertThatThrownBy(() -> WatchedFile.await(reload.close()))
                .rootCause()
                .hasMessageContaining("section `colours`")
                .hasMessageContaining(MAX_CLOSE_MS + " ms");
        never.complete();
        assertThat(watched.outcomesAfterScans(5))
                .as("published after the close")
                .isEmpty();
    }

    @Test
    void close_applyEndsMeanwhile_waitsForItAndReportsIt() throws Exception {
        Promise<Void> gate = Promise.promise();
        colours.gate = gate.future();
        watched.replace(yaml(2, 1, 1));
        while (colours.asked.get() == 0) {
            Thread.onSpinWait();
        }
        Future<Void> closed = reload.close();
        gate.complete();
        WatchedFile.await(closed);
        assertThat(watched.outcome().getString("outcome")).isEqualTo("accepted");
    }
}
