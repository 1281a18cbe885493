package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.redis.protocol.Resp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The memory that one client can make the server use is bounded. */
class BoundsTest {

    private static final byte[] SET = Resp.request("SET", "key", "x".repeat(1_000));

    @Test
    void unansweredCommands_aboveTheLimit_areNotRead() throws Exception {
        MemoryShards shards = MemoryShards.stepped(1);
        RedisOptions options = new RedisOptions().setMaxPendingCommands(100);
        int sets = 30_000;
        try (RunningServer server = new RunningServer(shards, options, 1);
                RawClient client = server.client();
                RawClient other = server.client()) {
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> sendSets(client, sets));
            RunningServer.until(() -> !shards.waiting().isEmpty());
            for (int i = 0; i < 200; i++) {
                other.ask("PING");
            }
            assertThat(waiting(shards)).isLessThan(100 + 2 * 65_536 / SET.length);
            assertThat(sender).isNotDone();
            for (int answered = 0; answered < sets; ) {
                RunningServer.until(() -> !shards.waiting().isEmpty());
                int calls = shards.waiting().get(0).calls().size();
                shards.step();
                assertThat(client.replies(calls)).containsOnly("+OK");
                answered += calls;
            }
            sender.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void unansweredBytes_aboveTheLimit_areNotRead() throws Exception {
        MemoryShards shards = MemoryShards.stepped(1);
        RedisOptions options = new RedisOptions().setMaxPendingBytes(64 * 1024);
        CompletableFuture<Void> sender;
        try (RunningServer server = new RunningServer(shards, options, 1);
                RawClient client = server.client();
                RawClient other = server.client()) {
            sender = CompletableFuture.runAsync(() -> sendSets(client, 30_000));
            RunningServer.until(() -> !shards.waiting().isEmpty());
            for (int i = 0; i < 200; i++) {
                other.ask("PING");
            }
            assertThat(waiting(shards)).isLessThan(4 * 65_536 / SET.length);
        }
        assertThat(sender).failsWithin(10, TimeUnit.SECONDS);
    }

    /** Each request is held for a moment: once dispatched, it no longer counts as held. */
    @Test
    void heldBytes_inAllAboveTheLimit_doNotStopTheReading() throws Exception {
        MemoryShards shards = MemoryShards.stepped(1);
        RedisOptions options = new RedisOptions().setMaxPendingBytes(8_192);
        try (RunningServer server = new RunningServer(shards, options, 1);
                RawClient client = server.client();
                RawClient other = server.client()) {
            for (int i = 0; i < 100; i++) {
                client.send("SET", "a", "1");
                RunningServer.until(() -> shards.waiting().size() == 1);
                byte[] get = Resp.request("GET", "a");
                long before = server.server().stats().inputBytes.sum();
                client.send(get);
                server.awaitInput(other, before + get.length);
                shards.step();
                assertThat(client.reply()).isEqualTo("+OK");
                RunningServer.until(() -> shards.waiting().size() == 1);
                shards.step();
                assertThat(client.reply()).isEqualTo("$1");
            }
        }
    }

    @Test
    void clientThatDoesNotRead_aboveTheLimit_isDisconnectedAndOthersGoOn() throws Exception {
        MemoryShards shards = MemoryShards.immediate(1);
        RedisOptions options = new RedisOptions().setMaxOutputBytes(4 << 20);
        try (RunningServer server = new RunningServer(shards, options, 1);
                RawClient client = new RawClient(server.port(), 8_192);
                RawClient other = server.client()) {
            assertThat(other.ask("SET", "big", "x".repeat(1 << 20))).isEqualTo("+OK");
            client.send(Resp.bytes("GET big\r\n".repeat(100)));
            RunningServer.until(() -> server.server().stats().slowReaders.sum() == 1);
            RunningServer.until(() -> server.server().sessions().size() == 1);
            assertThat(other.ask("PING")).isEqualTo("+PONG");
            assertThat(other.ask("INFO", "stats")).contains("client_output_buffer_limit_disconnections:1");
        }
    }

    @Test
    void clientThatDoesNotRead_belowTheLimit_doesNotKeepTheServerFromStopping() throws Exception {
        try (RunningServer server = new RunningServer(MemoryShards.immediate(1));
                RawClient client = new RawClient(server.port(), 8_192);
                RawClient other = server.client()) {
            assertThat(other.ask("SET", "big", "x".repeat(16 << 20))).isEqualTo("+OK");
            client.send("GET", "big");
            RunningServer.until(() -> server.server().stats().outputBytes.sum() > 16 << 20);
            server.undeploy();
            RunningServer.until(() -> server.server().sessions().isEmpty());
        }
    }

    @Test
    void oneReplyAboveTheLimit_isSentToWhoeverReads() throws IOException {
        MemoryShards shards = MemoryShards.immediate(4);
        RedisOptions options = new RedisOptions().setMaxOutputBytes(1 << 20);
        String value = "x".repeat(1 << 20);
        try (RunningServer server = new RunningServer(shards, options, 1);
                RawClient client = server.client()) {
            client.ask("SET", "a", value);
            client.ask("SET", "b", value + "y");
            assertThat(client.ask("MGET", "a", "b", "a"))
                    .isEqualTo("[$" + value + ", $" + value + "y, $" + value + "]");
        }
    }

    @Test
    void clients_aboveTheLimit_getAnErrorAndAreClosed() throws IOException {
        RedisOptions options = new RedisOptions().setMaxClients(2);
        try (RunningServer server = new RunningServer(MemoryShards.immediate(1), options, 1);
                RawClient first = server.client()) {
            assertThat(first.ask("PING")).isEqualTo("+PONG");
            try (RawClient second = server.client()) {
                assertThat(second.ask("PING")).isEqualTo("+PONG");
                try (RawClient third = server.client()) {
                    assertThat(third.reply()).isEqualTo("-ERR max number of clients reached");
                    assertThat(third.isClosedByServer()).isTrue();
                }
            }
            RunningServer.until(() -> server.server().sessions().size() == 1);
            try (RawClient fourth = server.client()) {
                assertThat(fourth.ask("PING")).isEqualTo("+PONG");
            }
        }
    }

    @Test
    void clients_possibleAtTheMoment_areServedAndShown() throws IOException {
        AtomicInteger possible = new AtomicInteger(2);
        RedisOptions options = new RedisOptions().setMaxClients(5).setClientCapacity(possible::get);
        try (RunningServer server = new RunningServer(MemoryShards.immediate(1), options, 1);
                RawClient first = server.client()) {
            assertThat(first.ask("CONFIG", "GET", "maxclients")).isEqualTo("[$maxclients, $2]");
            possible.set(1);
            assertThat(first.ask("INFO", "clients")).contains("maxclients:1");
            try (RawClient second = server.client()) {
                assertThat(second.reply()).isEqualTo("-ERR max number of clients reached");
            }
            assertThat(first.ask("PING")).as("connected clients stay").isEqualTo("+PONG");
            possible.set(100);
            assertThat(first.ask("CONFIG", "GET", "maxclients")).isEqualTo("[$maxclients, $5]");
        }
    }

    @Test
    void instances_onOneEphemeralPort_shareClients() throws IOException {
        try (RunningServer server = new RunningServer(MemoryShards.immediate(4), new RedisOptions(), 2);
                RawClient first = server.client();
                RawClient second = server.client();
                RawClient third = server.client()) {
            assertThat(first.ask("SET", "a", "1")).isEqualTo("+OK");
            assertThat(second.ask("GET", "a")).isEqualTo("$1");
            assertThat(third.ask("INCR", "a")).isEqualTo(":2");
            assertThat(first.ask("CLIENT", "LIST")).contains("id=1 ", "id=2 ", "id=3 ");
        }
    }

    private static int waiting(MemoryShards shards) {
        return shards.waiting().stream()
                .mapToInt(submission -> submission.calls().size())
                .sum();
    }

    private static void sendSets(RawClient client, int count) {
        try {
            for (int i = 0; i < count; i++) {
                client.send(SET);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
