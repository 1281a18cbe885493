package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RedisServerTest {

    private final MemoryShards shards = MemoryShards.immediate(4);
    private final RunningServer server = new RunningServer(shards);
    private RawClient client;

    @BeforeEach
    void connect() throws IOException {
        client = server.client();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
    }

    @Test
    void ping_everyForm_answers() throws IOException {
        assertThat(client.ask("PING")).isEqualTo("+PONG");
        assertThat(client.ask("ping", "hey")).isEqualTo("$hey");
        client.send(Resp.bytes("PING\r\n"));
        assertThat(client.reply()).isEqualTo("+PONG");
    }

    @Test
    void setAndGet_pipelined_answerInOrder() throws IOException {
        client.send(Resp.join(
                Resp.request("SET", "a", "1"),
                Resp.request("GET", "a"),
                Resp.request("PING"),
                Resp.request("GET", "none"),
                Resp.request("SET", "b", "2"),
                Resp.request("GET", "b")));
        assertThat(client.replies(6)).containsExactly("+OK", "$1", "+PONG", "(nil)", "+OK", "$2");
    }
}
