package io.tidemark.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sync over the event bus: every request is answered, and no answer claims more than is durable. */
class SyncRequestTest extends RealStores {
    private static final CheckpointOptions NEVER_TICKING = new CheckpointOptions().setIntervalMs(3_600_000);
    private static final String ALL = CheckpointAddresses.syncAll("orders");
    private static final String SHARD_0 = CheckpointAddresses.sync("orders", 0);

    private Future<JsonObject> request(String address, Object body) {
        return vertx.eventBus().<JsonObject>request(address, body).map(Message::body);
    }

    private static JsonObject deadline(long millis) {
        return new JsonObject().put("deadline_ms", millis);
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of("now", "the body is `now`"),
                Arguments.of(new JsonArray(), "the body is `[]`"),
                Arguments.of(new JsonObject().put("deadlineMs", 5), "unknown key `deadlineMs`"),
                Arguments.of(new JsonObject().put("deadline_ms", "soon"), "deadline_ms is `soon`"),
                Arguments.of(new JsonObject().put("deadline_ms", 1.5), "deadline_ms is `1.5`"),
                Arguments.of(deadline(0), "deadline_ms is `0`"),
                Arguments.of(deadline(-1), "deadline_ms is `-1`"),
                Arguments.of(deadline(86_400_001), "expected a whole number from 1 to 86400000"));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void request_malformed_isRefusedByShardAndStore(Object body, String why) throws Exception {
        List<PlainFileStore> targets = stores(1);
        deploy("orders", NEVER_TICKING, targets);
        assertThat(failure(SyncFailure.BAD_REQUEST, request(SHARD_0, body))).contains(why);
        assertThat(failure(SyncFailure.BAD_REQUEST, request(ALL, body))).contains(why);
        assertThat(targets.get(0).forces).hasValue(0);
    }

    @Test
    void request_partialOfOneShardOrNotAFlag_isRefused() throws Exception {
        deploy("orders", NEVER_TICKING, stores(1));
        JsonObject partial = new JsonObject().put("partial", true);
        assertThat(failure(SyncFailure.BAD_REQUEST, request(SHARD_0, partial))).contains("unknown key `partial`");
        JsonObject yes = new JsonObject().put("partial", "yes");
        assertThat(failure(SyncFailure.BAD_REQUEST, request(ALL, yes))).contains("partial is `yes`");
    }

    @Test
    void request_withoutABody_isCarriedOut() throws Exception {
        List<PlainFileStore> targets = stores(1);
        deploy("orders", NEVER_TICKING, targets);
        targets.get(0).write(dirty("orders", 0));
        Future<Message<JsonObject>> reply = vertx.eventBus().request(SHARD_0, null);
        assertThat(await(reply).body().getLong("durable_index")).isEqualTo(1);
    }

    @Test
    void request_deadlineKept_isAnsweredWhenDurable() throws Exception {
        List<PlainFileStore> targets = stores(1);
        deploy("orders", NEVER_TICKING, targets);
        targets.get(0).forceMillis = 50;
        targets.get(0).write(dirty("orders", 0));
        assertThat(await(request(SHARD_0, deadline(20_000))).getLong("durable_index"))
                .isEqualTo(1);
    }

    @Test
    void store_oneShardFails_failsAfterAllHaveEndedAndNamesIt() throws Exception {
        List<PlainFileStore> targets = stores(3);
        deploy("orders", NEVER_TICKING, targets);
        writeAll(targets);
        targets.get(1).broken = true;
        targets.get(2).forceMillis = 200;
        assertThat(failure(SyncFailure.FORCE_FAILED, request(ALL, new JsonObject())))
                .contains("1 of 3 shards of store orders are not durable")
                .contains("shard 1 (code 1)")
                .contains("Input/output error");
        assertThat(targets.get(2).durable).as("the slow one has ended").isEqualTo(1);
        assertThat(failure(SyncFailure.SHARD_FAILED, request(CheckpointAddresses.sync("orders", 1), new JsonObject())))
                .contains("Input/output error");
        assertThat(targets.get(1).forces).as("forces of the failed shard").hasValue(1);
    }

    @Test
    void store_partial_tellsOfEachShard() throws Exception {
        List<PlainFileStore> targets = stores(3);
        deploy("orders", NEVER_TICKING, targets);
        writeAll(targets);
        targets.get(0).broken = true;
        targets.get(2).gate = new CountDownLatch(1);
        JsonObject reply = await(request(ALL, deadline(300).put("partial", true)));
        assertThat(reply.getInteger("failed")).isEqualTo(2);
        JsonArray shards = reply.getJsonArray("shards");
        assertThat(shards.getJsonObject(0).getInteger("failure_code")).isEqualTo(1);
        assertThat(shards.getJsonObject(0).getString("message")).contains("Input/output error");
        assertThat(shards.getJsonObject(1).getLong("durable_index")).isEqualTo(1);
        assertThat(shards.getJsonObject(1).containsKey("failure_code")).isFalse();
        assertThat(shards.getJsonObject(2).getString("failure")).isEqualTo("DEADLINE");
        assertThat(shards.getJsonObject(2).getInteger("shard")).isEqualTo(2);
    }

    @Test
    void store_deadlinePasses_saysThatTheSyncGoesOn() throws Exception {
        List<PlainFileStore> targets = stores(2);
        deploy("orders", NEVER_TICKING, targets);
        writeAll(targets);
        targets.get(1).gate = new CountDownLatch(1);
        assertThat(failure(SyncFailure.DEADLINE, request(ALL, deadline(100))))
                .contains("shard 1 (code 3)")
                .contains("within 100 ms; the sync continues");
        assertThat(targets.get(0).durable).isEqualTo(1);
        targets.get(1).gate.countDown();
        await("the sync that went on", () -> targets.get(1).durable == 1);
    }

    private void writeAll(List<PlainFileStore> targets) throws Exception {
        for (int shard = 0; shard < targets.size(); shard++) {
            targets.get(shard).write(dirty("orders", shard));
        }
    }

    /** A caller without an answer waits for its send timeout, which is ten minutes here. */
    @Test
    void requests_whileItStops_areAllAnswered() throws Exception {
        List<PlainFileStore> targets = stores(2);
        targets.forEach(target -> target.forceMillis = 5);
        Checkpointers checkpointers = deploy("orders", NEVER_TICKING, targets);
        var patient = new io.vertx.core.eventbus.DeliveryOptions().setSendTimeout(TimeUnit.MINUTES.toMillis(10));
        List<Future<?>> answers = new ArrayList<>();
        Future<Void> closed = null;
        for (int i = 0; i < 4_000; i++) {
            targets.get(i % 2).write(dirty("orders", i % 2));
            String address = i % 3 == 0 ? ALL : CheckpointAddresses.sync("orders", i % 2);
            answers.add(vertx.eventBus().request(address, new JsonObject(), patient));
            if (i == 1_000) {
                targets.forEach(target -> target.drains = true);
                closed = checkpointers.close();
            }
        }
        assertThat(closed).isNotNull();
        await(closed);
        await(Future.join(answers).otherwiseEmpty());
        System.out.printf(
                "SyncRequestTest: of 4,000 requests around a stop %d were fulfilled%n",
                answers.stream().filter(Future::succeeded).count());
        assertThat(answers)
                .allMatch(Future::isComplete)
                .anyMatch(Future::succeeded)
                .anyMatch(Future::failed);
        assertThat(answers).filteredOn(Future::failed).allSatisfy(answer -> assertThat(answer.cause())
                .isInstanceOf(ReplyException.class));
    }

    static Stream<Object> largeBodies() {
        String large = "x".repeat(100_000);
        return Stream.of(
                large,
                Buffer.buffer(large),
                new JsonObject().put(large, 1),
                new JsonObject().put("deadline_ms", large),
                new JsonObject().put("partial", large));
    }

    @ParameterizedTest
    @MethodSource("largeBodies")
    void badRequest_large_isRefusedInAShortMessage(Object body) throws Exception {
        proven("orders", NEVER_TICKING, stores(1));
        assertThat(failure(SyncFailure.BAD_REQUEST, request(ALL, body)))
                .contains("xxx… (100000 characters)")
                .hasSizeLessThan(300);
    }

    @Test
    void thousandRequests_cleanShard_forceNothing() throws Exception {
        List<PlainFileStore> targets = stores(1);
        proven("orders", NEVER_TICKING, targets);
        int forces = targets.get(0).forces.get();
        List<Future<JsonObject>> answers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            answers.add(request(SHARD_0, new JsonObject()));
        }
        await(Future.all(answers));
        assertThat(targets.get(0).forces).as("forces of the clean store").hasValue(forces);
        targets.get(0).write(dirty("orders", 0));
        await(request(SHARD_0, new JsonObject()));
        assertThat(targets.get(0).forces).as("and of the dirty one").hasValue(forces + 1);
    }

    @Test
    void thousandRequests_dirtyShard_shareTwoGenerations() throws Exception {
        List<PlainFileStore> targets = stores(1);
        PlainFileStore store = targets.get(0);
        Checkpointers checkpointers = proven("orders", NEVER_TICKING, targets);
        int before = checkpointers.journal(0).size();
        CountDownLatch gate = new CountDownLatch(1);
        store.gate = gate;
        List<Long> requested = new ArrayList<>();
        List<Future<JsonObject>> answers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            requested.add(store.write(dirty("orders", 0)));
            answers.add(request(SHARD_0, new JsonObject()));
        }
        // requests are handled in their order: when this one has been refused, all others wait
        failure(SyncFailure.BAD_REQUEST, request(SHARD_0, "marker"));
        gate.countDown();
        await(Future.all(answers));
        for (int i = 0; i < 1_000; i++) {
            assertThat(answers.get(i).result().getLong("durable_index"))
                    .as("answer to request " + i)
                    .isGreaterThanOrEqualTo(requested.get(i));
        }
        int generations = checkpointers.journal(0).size() - before;
        System.out.printf("SyncRequestTest: 1,000 requests on a dirty shard made %d generations%n", generations);
        assertThat(generations).isBetween(1, 2);
        assertThat(store.forces).hasValue(generations);
    }

    @Test
    void requestsFromManyThreads_whileItIsWritten_coverWhatTheirCallerHadSeen() throws Exception {
        List<PlainFileStore> targets = stores(1);
        PlainFileStore store = targets.get(0);
        Checkpointers checkpointers = proven("orders", NEVER_TICKING, targets);
        List<Thread> callers = new ArrayList<>();
        var problems = new java.util.concurrent.ConcurrentLinkedQueue<Object>();
        for (int caller = 0; caller < 8; caller++) {
            Thread thread = new Thread(() -> {
                try {
                    for (int i = 0; i < 200; i++) {
                        long applied = store.write(dirty("orders", 0));
                        long durable = await(request(SHARD_0, new JsonObject())).getLong("durable_index");
                        if (durable < applied) {
                            problems.add("durable " + durable + " of " + applied);
                        }
                    }
                } catch (Exception e) {
                    problems.add(e);
                }
            });
            thread.start();
            callers.add(thread);
        }
        for (Thread thread : callers) {
            thread.join();
        }
        assertThat(problems).isEmpty();
        System.out.printf("SyncRequestTest: 1,600 requests of 8 writing callers made %d forces%n", store.forces.get());
        assertThat(checkpointers.journal(0)).isNotEmpty();
        assertThat(store.forces.get()).isLessThan(1_600);
    }
}
