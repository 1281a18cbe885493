package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.redis.protocol.Resp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Large requests sent at once, too many for the heap: every client gets its turn, none is disconnected. */
@Timeout(60)
class LargeRequestsTest {

    private static final int MIB = 1 << 20;

    /** One request may take 12.8 MiB; all together 4 MiB plus one request. */
    private final RedisOptions options = new RedisOptions().setHeapBytes(64 * MIB);

    private final MemoryShards shards = MemoryShards.stepped(1);
    private RunningServer server = new RunningServer(shards, options, 1);

    @AfterEach
    void close() {
        server.close();
    }

    private static byte[] set(int bytes) {
        return Resp.request(Resp.bytes("SET"), Resp.bytes("a"), new byte[bytes]);
    }

    private CompletableFuture<Void> sends(RawClient client, byte[] bytes) {
        return CompletableFuture.runAsync(() -> {
            try {
                client.send(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** After so many round trips of another client, a request that could arrive would have arrived. */
    private static void awaitQuiescence(RawClient other) throws IOException {
        for (int i = 0; i < 100; i++) {
            assertThat(other.ask("PING")).as("small requests are not stopped").isEqualTo("+PONG");
        }
    }

    @Test
    void largeRequests_ofManyAtOnce_areTakenOneAtATimeAndAllAnswered() throws Exception {
        byte[] request = set(8 * MIB);
        int clients = 6;
        List<RawClient> all = new ArrayList<>();
        try (RawClient other = server.client()) {
            List<CompletableFuture<Void>> sending = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                RawClient client = server.client();
                all.add(client);
                sending.add(sends(client, request));
            }
            for (int i = 0; i < clients; i++) {
                RunningServer.until(() -> !shards.waiting().isEmpty());
                awaitQuiescence(other);
                assertThat(shards.waiting()).as("more would not fit").hasSize(1);
                assertThat(server.server().intake().takenBytes()).isLessThan(18 * MIB);
                shards.step();
            }
            for (int i = 0; i < clients; i++) {
                assertThat(all.get(i).reply()).isEqualTo("+OK");
                sending.get(i).get(10, TimeUnit.SECONDS);
            }
            RunningServer.until(() -> server.server().intake().takenBytes() == 0);
        } finally {
            for (RawClient client : all) {
                client.close();
            }
        }
    }

    @Test
    void clientThatStopsHalfWay_whileOthersWait_isRefusedAndTheyGoOn() throws Exception {
        server.close();
        server = new RunningServer(shards, options.setTurnMillis(100), 1);
        try (RawClient stops = server.client();
                RawClient waiting = server.client()) {
            stops.send(Arrays.copyOf(set(8 * MIB), 5 * MIB));
            RunningServer.until(() -> server.server().intake().takenBytes() > 4 * MIB);
            CompletableFuture<Void> sending = sends(waiting, set(8 * MIB));
            assertThat(stops.reply())
                    .isEqualTo("-ERR the request stopped half-way for 100 ms while others wait for the memory it takes;"
                            + " nothing of it was carried out");
            assertThat(stops.isClosedByServer()).isTrue();
            RunningServer.until(() -> !shards.waiting().isEmpty());
            shards.step();
            assertThat(waiting.reply()).isEqualTo("+OK");
            sending.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void clientThatStopsHalfWay_whileNobodyWaits_mayGoOn() throws Exception {
        server.close();
        server = new RunningServer(shards, options.setTurnMillis(1), 1);
        byte[] request = set(8 * MIB);
        try (RawClient stops = server.client();
                RawClient other = server.client()) {
            stops.send(Arrays.copyOf(request, 5 * MIB));
            RunningServer.until(() -> server.server().intake().takenBytes() > 4 * MIB);
            awaitQuiescence(other);
            stops.send(Arrays.copyOfRange(request, 5 * MIB, request.length));
            RunningServer.until(() -> !shards.waiting().isEmpty());
            shards.step();
            assertThat(stops.reply()).isEqualTo("+OK");
        }
    }

    @Test
    void requestInItsShard_whoseClientHasGone_countsUntilItIsAnswered() throws Exception {
        try (RawClient goes = server.client();
                RawClient other = server.client()) {
            goes.send(set(3 * MIB));
            RunningServer.until(() -> !shards.waiting().isEmpty());
            goes.reset();
            RunningServer.until(() -> server.server().sessions().size() == 1);
            awaitQuiescence(other);
            assertThat(server.server().intake().takenBytes()).isGreaterThan(3 * MIB);
            shards.step();
            RunningServer.until(() -> server.server().intake().takenBytes() == 0);
        }
    }
}
