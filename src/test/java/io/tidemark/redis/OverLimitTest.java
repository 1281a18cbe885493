package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.redis.protocol.Resp;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests over a limit: a client that sends them completely before it reads gets an error that names the limit. */
@Timeout(30)
class OverLimitTest {

    private static final int MIB = 1 << 20;

    private final RedisOptions options = new RedisOptions().setMaxRequestBytes(MIB);

    @Test
    void bulk_overTheLimitAndSentWhole_isRefusedByNameAndCounted() throws IOException {
        try (RunningServer server = new RunningServer(MemoryShards.immediate(1), options, 1);
                RawClient other = server.client()) {
            try (RawClient client = server.client()) {
                client.send(Resp.request("SET", "a", "1"));
                client.send(Resp.request(Resp.bytes("SET"), Resp.bytes("a"), new byte[64 * MIB]));
                assertThat(client.reply()).isEqualTo("+OK");
                assertThat(client.reply())
                        .isEqualTo("-ERR Protocol error: invalid bulk length: with these 67108864 bytes the request is"
                                + " longer than redis.max_request_bytes = 1048576");
                assertThat(client.isClosedByServer()).isTrue();
            }
            RunningServer.until(() -> server.server().sessions().size() == 1);
            assertThat(other.ask("INFO", "stats")).contains("\r\nrequests_over_limit:1\r\n");
            assertThat(server.server().requestsOverLimit()).isEqualTo(1);
            assertThat(other.ask("GET", "a")).isEqualTo("$1");
        }
    }

    @Test
    void manyBulks_overTheLimitTogether_areRefusedByName() throws IOException {
        try (RunningServer server = new RunningServer(MemoryShards.immediate(1), options, 1);
                RawClient client = server.client()) {
            String[] mset = new String[20_001];
            Arrays.fill(mset, "x".repeat(100));
            mset[0] = "MSET";
            client.send(mset);
            assertThat(client.reply()).contains("longer than redis.max_request_bytes = 1048576");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void line_withoutEnd_isRefusedByName() throws IOException {
        try (RunningServer server = new RunningServer(MemoryShards.immediate(1), options, 1);
                RawClient client = server.client()) {
            client.send(Resp.bytes("x".repeat(16 * MIB)));
            assertThat(client.reply()).contains("too big inline request: more than 65536 bytes without a line end");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void clientThatKeepsSending_isDisconnectedAfterTheDiscardLimit() throws IOException {
        options.setDiscard(4 * MIB, 600_000);
        try (RunningServer server = new RunningServer(MemoryShards.immediate(1), options, 1);
                RawClient client = server.client()) {
            client.send(Resp.bytes("*x\r\n"));
            byte[] more = new byte[MIB];
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 200; i++) {
                            client.send(more);
                        }
                    })
                    .isInstanceOf(IOException.class);
            RunningServer.until(() -> server.server().sessions().isEmpty());
            assertThat(server.server().requestsOverLimit())
                    .as("no request at all")
                    .isZero();
        }
    }

    @Test
    void clientThatKeepsItsSideOpen_isDisconnectedAfterTheDiscardTime() throws IOException {
        options.setDiscard(1L << 40, 50);
        try (RunningServer server = new RunningServer(MemoryShards.immediate(1), options, 1);
                RawClient client = server.client()) {
            client.send(Resp.bytes("*x\r\n"));
            assertThat(client.reply()).isEqualTo("-ERR Protocol error: invalid multibulk length");
            RunningServer.until(() -> server.server().sessions().isEmpty());
        }
    }

    @Test
    void manyArguments_withinTheBytes_areTaken() throws IOException {
        int keys = 300_000;
        String[] mset = new String[2 * keys + 1];
        String[] others = new String[keys + 1];
        mset[0] = "MSET";
        for (int i = 0; i < keys; i++) {
            mset[2 * i + 1] = "k" + i;
            mset[2 * i + 2] = "";
            others[i + 1] = "k" + i;
        }
        try (RunningServer server =
                        new RunningServer(MemoryShards.immediate(4), new RedisOptions().setHeapBytes(1L << 30), 1);
                RawClient client = server.client()) {
            assertThat(client.ask(mset)).isEqualTo("+OK");
            others[0] = "EXISTS";
            assertThat(client.ask(others)).isEqualTo(":" + keys);
            others[0] = "DEL";
            assertThat(client.ask(others)).isEqualTo(":" + keys);
        }
    }
}
