package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Invalid, huge and broken requests: each gets an error, and no other client is affected. */
@Timeout(60)
class HostileClientIT {

    private static final String PASSWORD = "open sesame";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path dir;

    @SuppressWarnings("NullAway.Init")
    private static NodeProcess node;

    @BeforeAll
    static void start() throws IOException {
        node = NodeProcess.in(dir)
                .set("redis.password", PASSWORD)
                .jvm("-Xmx128m")
                .start();
        try (RespClient client = authenticated()) {
            client.set("a", "b");
        }
    }

    @AfterAll
    static void stop() {
        try (NodeProcess ending = node) {
            assertThat(ending.stop()).as(ending.stderr()).isZero();
            assertThat(ending.stdout() + ending.stderr()).doesNotContain("OutOfMemoryError", PASSWORD);
        }
    }

    @AfterEach
    void nodeSurvives() throws IOException {
        try (RespClient client = authenticated()) {
            assertThat(client.get("a")).isEqualTo("b");
        }
    }

    private static RespClient authenticated() throws IOException {
        RespClient client = node.client();
        assertThat(client.call("AUTH", PASSWORD)).isEqualTo("OK");
        return client;
    }

    private static String failure(@Nullable Object reply) {
        assertThat(reply).isInstanceOf(RespClient.Failure.class);
        return reply instanceof RespClient.Failure failure ? failure.message() : "";
    }

    private static void sendRaw(RespClient client, String text) throws IOException {
        client.sendRaw(text.getBytes(StandardCharsets.US_ASCII));
        client.flush();
    }

    private static void assertClosed(RespClient client) {
        assertThatThrownBy(client::read).isInstanceOfAny(EOFException.class, SocketException.class);
    }

    @Test
    void command_withoutPassword_isRefused() throws IOException {
        try (RespClient client = node.client()) {
            assertThat(failure(client.call("GET", "a"))).startsWith("NOAUTH ");
            assertThat(failure(client.call("SET", "a", "stolen"))).startsWith("NOAUTH ");
        }
    }

    @Test
    void auth_withAWrongPassword_isRefused() throws IOException {
        try (RespClient client = node.client()) {
            assertThat(failure(client.call("AUTH", "wrong"))).startsWith("WRONGPASS ");
            assertThat(failure(client.call("GET", "a"))).startsWith("NOAUTH ");
            assertThat(client.call("AUTH", PASSWORD)).isEqualTo("OK");
            assertThat(client.get("a")).isEqualTo("b");
        }
    }

    @Test
    void unknownCommand_isNamedAndTheConnectionGoesOn() throws IOException {
        try (RespClient client = authenticated()) {
            assertThat(failure(client.call("FROBNICATE", "a"))).contains("unknown command", "FROBNICATE");
            assertThat(client.get("a")).isEqualTo("b");
        }
    }

    @Test
    void wrongArity_isNamedAndTheConnectionGoesOn() throws IOException {
        try (RespClient client = authenticated()) {
            assertThat(failure(client.call("GET"))).contains("wrong number of arguments", "get");
            assertThat(failure(client.call("SET", "a"))).contains("wrong number of arguments", "set");
            assertThat(failure(client.call("MSET", "a", "b", "c"))).contains("wrong number of arguments");
            assertThat(client.get("a")).isEqualTo("b");
        }
    }

    @Test
    void pipeline_withABadCommandInTheMiddle_answersEachInOrder() throws IOException {
        try (RespClient client = authenticated()) {
            client.send("SET", "p", "1");
            client.send("FROBNICATE");
            client.send("GET", "p");
            client.flush();
            assertThat(client.read()).isEqualTo("OK");
            assertThat(failure(client.read())).contains("unknown command");
            assertThat(client.read()).isEqualTo(new byte[] {'1'});
        }
    }

    @Test
    void incr_ofSomethingElse_isRefused() throws IOException {
        try (RespClient client = authenticated()) {
            assertThat(failure(client.call("INCR", "a"))).contains("not an integer");
            client.set("most", Long.MAX_VALUE);
            assertThat(failure(client.call("INCR", "most"))).contains("overflow");
            assertThat(client.get("most")).isEqualTo(Long.toString(Long.MAX_VALUE));
        }
    }

    @Test
    void bulkOf600Megabytes_isRefusedAtItsHeader() throws IOException {
        try (RespClient client = authenticated()) {
            sendRaw(client, "*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$629145600\r\n");
            assertThat(failure(client.read())).containsIgnoringCase("bulk length");
            assertClosed(client);
        }
    }

    /** Twice the heap, sent by all at once: taken by turns. */
    @Test
    void largeWrites_ofTenClientsAtOnce_areAllAcknowledged() throws Exception {
        byte[] value = new byte[20 << 20];
        ExecutorService senders = Executors.newFixedThreadPool(10);
        try {
            List<Future<Object>> replies = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                String key = "large:" + i;
                replies.add(senders.submit(() -> {
                    try (RespClient client = authenticated()) {
                        return String.valueOf(client.call("SET", key, value));
                    }
                }));
            }
            for (Future<Object> reply : replies) {
                assertThat(reply.get()).isEqualTo("OK");
            }
        } finally {
            senders.shutdownNow();
        }
        try (RespClient client = authenticated()) {
            for (int i = 0; i < 10; i++) {
                assertThat(client.call("STRLEN", "large:" + i)).isEqualTo((long) value.length);
            }
        }
    }

    /** Sent as most libraries do, whole, before anything is read. */
    @Test
    void valueOverTheLimit_isRefusedByNameAndCounted() throws IOException {
        try (RespClient client = authenticated();
                RespClient other = authenticated()) {
            assertThat(failure(client.call("SET", "a", new byte[30 << 20])))
                    .contains("bulk length", "31457280", "bytes that one request may take of this node's heap (-Xmx)");
            assertClosed(client);
            assertThat(String.valueOf(other.text("INFO", "stats"))).containsPattern("requests_over_limit:[1-9]");
        }
        assertThat(new AdminClient(node.adminPort()).metric("tidemark_requests_over_limit_total"))
                .isPositive();
        assertThat(node.stderr()).contains("sent a request over a limit and is disconnected");
    }

    @Test
    void arrayOfTwoMillion_isRefusedAtItsHeader() throws IOException {
        try (RespClient client = authenticated()) {
            sendRaw(client, "*2000000\r\n");
            assertThat(failure(client.read())).containsIgnoringCase("multibulk length");
            assertClosed(client);
        }
    }

    @Test
    void arrayOfAMillion_withNothingBehindIt_costsNothing() throws IOException {
        for (int i = 0; i < 50; i++) {
            try (RespClient client = authenticated()) {
                sendRaw(client, "*1000000\r\n$3\r\n");
                client.readTimeout(Duration.ofMillis(20));
                try {
                    assertThat(failure(client.read())).containsIgnoringCase("multibulk length");
                } catch (SocketTimeoutException waitsForMore) {
                    assertThat(waitsForMore).isNotNull();
                }
            }
        }
    }

    @Test
    void noProtocolAtAll_isToldSo() throws IOException {
        try (RespClient client = authenticated()) {
            sendRaw(client, "*1\r\n!oops\r\n");
            assertThat(failure(client.read())).containsIgnoringCase("protocol error");
            assertClosed(client);
        }
        try (RespClient client = authenticated()) {
            sendRaw(client, "*many\r\n");
            assertThat(failure(client.read())).containsIgnoringCase("protocol error");
        }
    }

    @Test
    void halfACommand_thenDisconnect_doesNothing() throws IOException {
        for (int i = 0; i < 20; i++) {
            try (RespClient client = authenticated()) {
                sendRaw(client, "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$100\r\nhalf of the va");
            }
        }
    }

    @Test
    void endOfSending_behindCommands_isAnsweredThenClosed() throws IOException {
        for (int i = 0; i < 10; i++) {
            try (RespClient client = authenticated()) {
                client.sendRaw("set half closed\r\nget half\r\n".getBytes(StandardCharsets.US_ASCII));
                client.endOfSending();
                assertThat(client.read()).isEqualTo("OK");
                assertThat(client.read()).isEqualTo("closed".getBytes(StandardCharsets.US_ASCII));
                assertClosed(client);
            }
        }
    }

    /** A gibibyte through a heap of 128 MiB. */
    @Test
    void pipelineOfLargeReads_isAnsweredAsItIsRead() throws IOException {
        byte[] value = new byte[1 << 20];
        try (RespClient client = authenticated();
                RespClient other = authenticated()) {
            client.set("mebibyte", value);
            for (int i = 0; i < 1_000; i++) {
                client.send("GET", "mebibyte");
            }
            client.flush();
            for (int i = 0; i < 1_000; i++) {
                assertThat(client.read()).isInstanceOfSatisfying(byte[].class, read -> assertThat(read)
                        .hasSize(value.length));
                if (i % 100 == 0) {
                    assertThat(other.get("a")).isEqualTo("b");
                }
            }
            client.set("p", "still in step");
            assertThat(client.get("p")).isEqualTo("still in step");
        }
    }

    @Test
    void mgetOfMoreThanFits_isRefused() throws IOException {
        try (RespClient client = authenticated()) {
            client.set("mebibyte", new byte[1 << 20]);
            Object[] words = new Object[10_001];
            Arrays.fill(words, "mebibyte");
            words[0] = "MGET";
            assertThat(failure(client.call(words))).contains("67108864 bytes of values", "ask for less");
            assertThat(client.get("a")).isEqualTo("b");
        }
    }

    @Test
    void commands_thenDisconnectWithoutReadingAnswers_areCarriedOutOrNot() throws IOException {
        byte[] value = new byte[100_000];
        try (RespClient client = authenticated()) {
            client.set("large", value);
        }
        for (int i = 0; i < 5; i++) {
            try (RespClient client = authenticated()) {
                for (int k = 0; k < 300; k++) {
                    client.send("GET", "large");
                }
                client.flush();
            }
        }
    }
}
