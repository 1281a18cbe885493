package io.tidemark.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.disk.Operation;
import io.tidemark.shard.Result;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every route, over HTTP, on real shards. */
@Timeout(60)
class AdminVerticleTest {

    private static void hang(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static JsonObject shard(RunningEndpoint.Answer answer, int number) {
        return answer.json().getJsonArray("shards").getJsonObject(number);
    }

    @Test
    void health_inEachPhase_liveIsTrueAndReadyShowsThePhase() throws Exception {
        try (RunningEndpoint endpoint = RunningEndpoint.quiet()) {
            for (NodePhase phase : NodePhase.values()) {
                endpoint.phase.set(phase);
                assertThat(endpoint.get("/health/live").status()).isEqualTo(200);
                RunningEndpoint.Answer ready = endpoint.get("/health/ready");
                boolean serving = phase == NodePhase.SERVING;
                assertThat(ready.status()).as(phase + ": " + ready.body()).isEqualTo(serving ? 200 : 503);
                assertThat(ready.json().getBoolean("ready")).isEqualTo(serving);
                assertThat(ready.json().getString("phase")).isEqualTo(phase.label());
                assertThat(ready.json().getJsonArray("reasons")).hasSize(serving ? 0 : 1);
            }
        }
    }

    @Test
    void shards_beforeAndAfterASync_showTheirPositions() throws Exception {
        try (RunningEndpoint endpoint = RunningEndpoint.quiet()) {
            endpoint.setAndWait(1, "a");
            JsonObject dirty = shard(endpoint.get("/api/shards"), 1);
            assertThat(dirty.getString("phase")).isEqualTo("serving");
            assertThat(dirty.getLong("keys")).isEqualTo(1);
            assertThat(dirty.getLong("applied_index")).isEqualTo(1);
            assertThat(dirty.getLong("durable_index")).isZero();
            assertThat(dirty.getLong("dirty_bytes")).isGreaterThan(100);
            assertThat(dirty.getLong("log_bytes")).isGreaterThan(100);
            assertThat(dirty.getJsonObject("recovery").getBoolean("done")).isTrue();
            RunningEndpoint.Answer sync = endpoint.post("/api/sync", "");
            assertThat(sync.status()).as(sync.body()).isEqualTo(200);
            assertThat(shard(sync, 1).getBoolean("ok")).isTrue();
            assertThat(shard(sync, 1).getLong("durable_index")).isEqualTo(1);
            assertThat(shard(sync, 1).getInteger("files")).isEqualTo(1);
            assertThat(shard(sync, 1).getLong("bytes")).isGreaterThan(100);
            JsonObject clean = shard(endpoint.get("/api/shards"), 1);
            assertThat(clean.getLong("durable_index")).isEqualTo(1);
            assertThat(clean.getLong("dirty_bytes")).isZero();
            assertThat(clean.getBoolean("last_checkpoint_ok")).isTrue();
        }
    }

    @Test
    void journal_holdsTheGenerationWithItsTimes() throws Exception {
        try (RunningEndpoint endpoint = RunningEndpoint.quiet()) {
            endpoint.setAndWait(0, "a");
            endpoint.post("/api/sync?shard=0", "");
            JsonArray journal = endpoint.get("/api/shards/0/journal").json().getJsonArray("journal");
            assertThat(journal).hasSize(1);
            JsonObject generation = journal.getJsonObject(0);
            assertThat(generation.getString("kind")).isEqualTo("generation");
            assertThat(generation.getString("trigger")).isEqualTo("sync_now");
            assertThat(generation.getString("outcome")).isEqualTo("ok");
            assertThat(generation.getLong("bytes")).isGreaterThan(100);
            assertThat(generation.getInteger("files")).isEqualTo(1);
            assertThat(generation.getLong("to_index")).isEqualTo(1);
            assertThat(generation.getDouble("manifest_ms"))
                    .isPositive()
                    .isLessThanOrEqualTo(generation.getDouble("force_ms"));
            assertThat(generation.containsKey("queue_ms")).isTrue();
            assertThat(endpoint.get("/api/shards/1/journal").json().getJsonArray("journal"))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 404", "-1, 404", "99999999999, 400", "x, 400", "1x, 400"})
    void journal_ofAnUnknownShard_namesTheValidRange(String number, int status) throws Exception {
        try (RunningEndpoint endpoint = RunningEndpoint.quiet()) {
            RunningEndpoint.Answer answer = endpoint.get("/api/shards/" + number + "/journal");
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.json().getString("error")).contains(number, "a whole number from 0 to 1");
        }
    }

    @Test
    void sync_ofOneShard_leavesTheOther() throws Exception {
        try (RunningEndpoint endpoint = RunningEndpoint.quiet()) {
            endpoint.setAndWait(0, "a");
            endpoint.setAndWait(1, "a");
            RunningEndpoint.Answer sync = endpoint.post("/api/sync", "{\"shard\": 1, \"deadline_ms\": 5000}");
            assertThat(sync.json().getJsonArray("shards")).hasSize(1);
            assertThat(shard(endpoint.get("/api/shards"), 0).getLong("durable_index"))
                    .isZero();
            assertThat(shard(endpoint.get("/api/shards"), 1).getLong("durable_index"))
                    .isEqualTo(1);
        }
    }

    @Test
    void sync_deadlinePasses_504NamesTheShardThatGoesOn() throws Exception {
        try (RunningEndpoint endpoint = RunningEndpoint.quiet()) {
            CountDownLatch gate = new CountDownLatch(1);
            endpoint.disk.faults().before(Operation.FORCE, "**/shard-0/data/*.data", path -> hang(gate));
            endpoint.setAndWait(0, "a");
            endpoint.setAndWait(1, "a");
            RunningEndpoint.Answer sync = endpoint.post("/api/sync?deadline_ms=200", "");
            assertThat(sync.status()).as(sync.body()).isEqualTo(504);
            assertThat(sync.millis()).isBetween(190L, 5_000L);
            assertThat(shard(sync, 0).getBoolean("ok")).isFalse();
            assertThat(shard(sync, 0).getString("failure")).isEqualTo("deadline");
            assertThat(shard(sync, 0).getString("error")).contains("shard 0", "200 ms", "goes on");
            assertThat(shard(sync, 1).getBoolean("ok")).isTrue();
            assertThat(shard(sync, 1).getLong("durable_index")).isEqualTo(1);
            gate.countDown();
            assertThat(endpoint.post("/api/sync", "").status()).isEqualTo(200);
        }
    }

    @Test
    void sync_forceFails_503NamesShardAndFile() throws Exception {
        try (RunningEndpoint endpoint = RunningEndpoint.quiet()) {
            endpoint.disk.faults().failForce("**/shard-0/data/*.data").times(1);
            endpoint.setAndWait(0, "a");
            endpoint.disk.faults().failCreate("**/shard-0/data/*.data").always(); // no repair either
            RunningEndpoint.Answer sync = endpoint.post("/api/sync", "");
            assertThat(sync.status()).as(sync.body()).isEqualTo(503);
            assertThat(shard(sync, 0).getString("failure")).isEqualTo("force_failed");
            assertThat(shard(sync, 0).getInteger("code")).isEqualTo(1);
            assertThat(shard(sync, 0).getString("error"))
                    .contains("shard 0", "/data/shard-0/data/0000000001.data", "Input/output error");
            RunningEndpoint.Answer ready = endpoint.get("/health/ready");
            assertThat(ready.status()).isEqualTo(503);
            assertThat(ready.json().getJsonArray("reasons").getString(0)).contains("shard 0", "FSYNC_FAILED");
            assertThat(endpoint.get("/health/live").status()).isEqualTo(200);
            JsonObject failed = endpoint.get("/api/shards/0/journal")
                    .json()
                    .getJsonArray("journal")
                    .getJsonObject(0);
            assertThat(failed.getString("outcome")).isEqualTo("failed");
            assertThat(failed.getString("failed_step")).isEqualTo("data");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"deadline_ms=0", "deadline_ms=300001", "deadline_ms=soon", "deadline_ms=", "shard=2", "shard=x"})
    void sync_badParameter_isNamedWithItsValue(String query) throws Exception {
        try (RunningEndpoint endpoint = RunningEndpoint.quiet()) {
            RunningEndpoint.Answer answer = endpoint.post("/api/sync?" + query, "");
            assertThat(answer.status()).isEqualTo(400);
            String value = query.substring(query.indexOf('=') + 1);
            assertThat(answer.json().getString("error"))
                    .contains(query.substring(0, query.indexOf('=')), "`" + value + "`", "expected");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "7", "{", "\"x\"", "null", "{\"deadline_ms\": \"soon\"}", "{\"shard\": 1.5}"})
    void sync_badBody_isRefused(String body) throws Exception {
        try (RunningEndpoint endpoint = RunningEndpoint.quiet()) {
            assertThat(endpoint.post("/api/sync", body).status()).isEqualTo(400);
        }
    }

    @Test
    void sync_longBody_isCutOff() throws Exception {
        try (RunningEndpoint endpoint = RunningEndpoint.quiet()) {
            RunningEndpoint.Answer answer = endpoint.post("/api/sync", " ".repeat(100_000));
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.json().getString("error")).contains("8192");
        }
    }

    @Test
    void password_guardsWhatChangesSomething_andNothingElse() throws Exception {
        try (RunningEndpoint endpoint =
                new RunningEndpoint(RunningEndpoint.quietOptions(), "hunter2", () -> "metrics 1\n")) {
            endpoint.setAndWait(0, "a");
            RunningEndpoint.Answer refused = endpoint.post("/api/sync", "");
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.response().headers().firstValue("WWW-Authenticate"))
                    .get()
                    .asString()
                    .startsWith("Basic ");
            String wrong =
                    "Basic " + Base64.getEncoder().encodeToString("admin:hunter3".getBytes(StandardCharsets.UTF_8));
            assertThat(authorized(endpoint, wrong).status()).isEqualTo(401);
            assertThat(shard(endpoint.get("/api/shards"), 0).getLong("durable_index"))
                    .as("nothing was synced")
                    .isZero();
            String right =
                    "Basic " + Base64.getEncoder().encodeToString("admin:hunter2".getBytes(StandardCharsets.UTF_8));
            assertThat(authorized(endpoint, right).status()).isEqualTo(200);
            assertThat(authorized(endpoint, "Bearer hunter2").status()).isEqualTo(200);
            for (String path : List.of("/metrics", "/health/live", "/health/ready", "/api/shards/0/journal")) {
                RunningEndpoint.Answer open = endpoint.get(path);
                assertThat(open.status()).as(path).isEqualTo(200);
                assertThat(open.body()).doesNotContain("hunter2");
            }
        }
    }

    private static RunningEndpoint.Answer authorized(RunningEndpoint endpoint, String header) throws Exception {
        return endpoint.send(endpoint.request("/api/sync")
                .header("Authorization", header)
                .POST(BodyPublishers.noBody())
                .build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metric", "/api", "/api/shards/0", "/api/shards/0/journal/x", "/health"})
    void unknownPath_isANotFoundInJson(String path) throws Exception {
        try (RunningEndpoint endpoint = RunningEndpoint.quiet()) {
            RunningEndpoint.Answer answer = endpoint.get(path);
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.json().getString("error")).contains(path, "/api/shards");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /metrics, 'GET, HEAD'",
        "PUT, /api/shards, 'GET, HEAD'",
        "DELETE, /api/shards/0/journal, 'GET, HEAD'",
        "GET, /api/sync, POST",
        "PUT, /api/sync, POST"
    })
    void wrongMethod_saysWhichIsRight(String method, String path, String allowed) throws Exception {
        try (RunningEndpoint endpoint = RunningEndpoint.quiet()) {
            RunningEndpoint.Answer answer = endpoint.send(endpoint.request(path)
                    .method(method, BodyPublishers.noBody())
                    .build());
            assertThat(answer.status()).isEqualTo(405);
            assertThat(answer.response().headers().firstValue("Allow")).contains(allowed);
            assertThat(answer.json().getString("error")).contains(method, path);
        }
    }

    @Test
    void head_answersWithoutABody() throws Exception {
        try (RunningEndpoint endpoint =
                new RunningEndpoint(RunningEndpoint.quietOptions(), null, () -> "metrics 1\n")) {
            for (String path : List.of("/metrics", "/health/live", "/api/shards")) {
                RunningEndpoint.Answer answer = endpoint.send(endpoint.request(path)
                        .method("HEAD", BodyPublishers.noBody())
                        .build());
                assertThat(answer.status()).as(path).isEqualTo(200);
                assertThat(answer.body()).isEmpty();
            }
        }
    }

    @Test
    void longHeader_isRefusedAndTheEndpointGoesOn() throws Exception {
        try (RunningEndpoint endpoint = RunningEndpoint.quiet()) {
            RunningEndpoint.Answer answer = endpoint.send(endpoint.request("/health/live")
                    .header("X-Long", "x".repeat(10_000))
                    .GET()
                    .build());
            assertThat(answer.status()).isEqualTo(431);
            assertThat(endpoint.get("/" + "x".repeat(5_000)).status()).isEqualTo(414);
            assertThat(endpoint.get("/health/live").status()).isEqualTo(200);
        }
    }

    @Test
    void slowScrape_holdsUpNobodyElse_andAnswersAll() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        try (RunningEndpoint endpoint = new RunningEndpoint(RunningEndpoint.quietOptions(), null, () -> {
            hang(gate);
            return "scrape 1\n";
        })) {
            List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                asked.add(endpoint.getLater("/metrics"));
            }
            assertThat(endpoint.get("/health/live").status()).isEqualTo(200);
            assertThat(asked).as("still being answered").noneMatch(CompletableFuture::isDone);
            gate.countDown();
            for (CompletableFuture<HttpResponse<String>> each : asked) {
                HttpResponse<String> answer = each.get(20, TimeUnit.SECONDS);
                assertThat(answer.body()).isEqualTo("scrape 1\n");
                assertThat(answer.headers().firstValue("Content-Type"))
                        .contains("text/plain; version=0.0.4; charset=utf-8");
            }
        }
    }

    @Test
    void scrapeThatThrows_isA500AndTheNextGoesOn() throws Exception {
        AtomicInteger scrapes = new AtomicInteger();
        try (RunningEndpoint endpoint = new RunningEndpoint(RunningEndpoint.quietOptions(), null, () -> {
            if (scrapes.incrementAndGet() == 1) {
                throw new IllegalStateException("a gauge's own trouble");
            }
            return "fine 1\n";
        })) {
            assertThat(endpoint.get("/metrics").status()).isEqualTo(500);
            assertThat(endpoint.get("/metrics").body()).isEqualTo("fine 1\n");
        }
    }

    @Test
    void connections_aboveTheLimit_areClosed_untilOthersClose() throws Exception {
        try (RunningEndpoint endpoint = RunningEndpoint.quiet()) {
            List<Socket> open = new ArrayList<>();
            try {
                for (int i = 0; i < 256; i++) {
                    open.add(new Socket(InetAddress.getLoopbackAddress(), endpoint.port()));
                }
                try (Socket oneMore = new Socket(InetAddress.getLoopbackAddress(), endpoint.port())) {
                    oneMore.setSoTimeout(20_000);
                    assertThat(oneMore.getInputStream().read()).as("closed").isEqualTo(-1);
                }
            } finally {
                for (Socket each : open) {
                    each.close();
                }
            }
            RunningEndpoint.Answer answer = null;
            for (int i = 0; i < 1_000 && answer == null; i++) {
                try {
                    answer = endpoint.get("/health/live");
                } catch (java.io.IOException stillFull) {
                    // the server notices the closed connections asynchronously
                }
            }
            assertThat(answer).isNotNull();
        }
    }

    @Test
    void everyForceHangs_theEndpointAnswersWithinASecond() throws Exception {
        CheckpointOptions soon =
                RunningEndpoint.quietOptions().setStallWarnMs(500).setStallShedMs(1_000);
        CountDownLatch gate = new CountDownLatch(1);
        try (RunningEndpoint endpoint = new RunningEndpoint(soon, null, () -> "metrics 1\n")) {
            List<String> paths =
                    List.of("/health/live", "/health/ready", "/metrics", "/api/shards", "/api/shards/1/journal");
            assertThat(endpoint.post("/api/sync", "").status()).isEqualTo(200);
            for (String path : paths) {
                endpoint.get(path); // the cost of an endpoint's first answers is not part of the claim
            }
            endpoint.setAndWait(0, "a");
            endpoint.setAndWait(1, "a");
            endpoint.disk.faults().before(Operation.FORCE, "**", path -> hang(gate));
            endpoint.disk.faults().before(Operation.FORCE_DIRECTORY, "**", path -> hang(gate));
            CompletableFuture<Result> first = endpoint.set(0, "b");
            CompletableFuture<Result> second = endpoint.set(1, "b");
            try {
                RunningEndpoint.Answer sync = endpoint.post("/api/sync?deadline_ms=300", "");
                assertThat(sync.status()).isEqualTo(504);
                assertThat(sync.millis()).isLessThan(1_300);
                for (String path : paths) {
                    RunningEndpoint.Answer answer = endpoint.get(path);
                    assertThat(answer.millis()).as(path).isLessThan(1_000);
                }
                for (int shard = 0; shard < 2; shard++) {
                    JsonObject reasons;
                    do { // both have hung long enough: each stall is reported at the next check
                        reasons = shard(endpoint.get("/api/shards"), shard).getJsonObject("reasons");
                    } while (!"shed".equals(reasons.getString("FSYNC_STALLED"))
                            || !"shed".equals(reasons.getString("LOG_STALLED")));
                }
                RunningEndpoint.Answer ready = endpoint.get("/health/ready");
                assertThat(ready.status()).isEqualTo(503);
                assertThat(ready.json().getJsonArray("reasons").toString())
                        .as("whichever stall was reported first")
                        .contains("shard 0: ", "shard 1: ")
                        .containsPattern("(FSYNC|LOG)_STALLED");
                assertThat(shard(endpoint.get("/api/shards"), 0).getBoolean("checkpoint_in_flight"))
                        .as("positive control: a force does hang")
                        .isTrue();
                assertThat(endpoint.get("/api/shards/0/journal").json().getJsonArray("journal").stream()
                                .map(each -> (JsonObject) each)
                                .filter(each -> "stalled".equals(each.getString("what")))
                                .map(each -> each.getString("detail")))
                        .as("for warn_ms and for shed_ms, or for the latter alone")
                        .last()
                        .asString()
                        .contains("shard 0", "data /data/shard-0/data/0000000001.data");
            } finally {
                gate.countDown();
            }
            assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(Result.Ok.OK);
            assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(Result.Ok.OK);
            assertThat(endpoint.post("/api/sync", "").status()).isEqualTo(200);
            while (endpoint.get("/health/ready").status() != 200) {
                Thread.onSpinWait(); // the dwell time, and a probe
            }
        }
    }
}
