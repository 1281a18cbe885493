package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.redis.protocol.Resp;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server with a password. */
class AuthenticationTest {

    private static final String NO_AUTH = "-NOAUTH Authentication required.";
    private static final String WRONG = "-WRONGPASS invalid username-password pair or user is disabled.";

    private final MemoryShards shards = MemoryShards.immediate(1);
    private final RunningServer server = new RunningServer(shards, new RedisOptions().setPassword("open sesame"), 1);
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
    void beforeAuth_everythingElseIsRefused() throws IOException {
        assertThat(client.ask("GET", "a")).isEqualTo(NO_AUTH);
        assertThat(client.ask("PING")).isEqualTo(NO_AUTH);
        assertThat(client.ask("INFO")).isEqualTo(NO_AUTH);
        assertThat(client.ask("SHUTDOWN")).isEqualTo(NO_AUTH);
        assertThat(client.ask("HELLO", "2")).startsWith("-NOAUTH HELLO must be called with the client already");
        assertThat(client.ask("NONE")).startsWith("-ERR unknown command");
        assertThat(shards.submissions()).isZero();
        assertThat(server.shutdowns).hasValue(0);
    }

    @Test
    void auth_wrong_isRefusedAndMayBeTriedAgain() throws IOException {
        assertThat(client.ask("AUTH", "open")).isEqualTo(WRONG);
        assertThat(client.ask("AUTH", "root", "open sesame")).isEqualTo(WRONG);
        assertThat(client.ask("HELLO", "2", "AUTH", "default", "x")).isEqualTo(WRONG);
        assertThat(client.ask("HELLO", "3", "AUTH", "default", "open sesame")).startsWith("-NOPROTO");
        assertThat(client.ask("PING")).isEqualTo(NO_AUTH);
        assertThat(client.ask("AUTH", "open sesame")).isEqualTo("+OK");
        assertThat(client.ask("PING")).isEqualTo("+PONG");
        assertThat(client.ask("AUTH", "wrong again")).isEqualTo(WRONG);
        assertThat(client.ask("PING")).isEqualTo("+PONG");
    }

    @Test
    void auth_pipelinedWithCommands_holdsFromThereOn() throws IOException {
        client.send(Resp.join(
                Resp.request("SET", "a", "0"),
                Resp.request("AUTH", "default", "open sesame"),
                Resp.request("SET", "a", "1".repeat(20_000)),
                Resp.request("STRLEN", "a"),
                Resp.request("RESET"),
                Resp.request("GET", "a")));
        assertThat(client.replies(6)).containsExactly(NO_AUTH, "+OK", "+OK", ":20000", "+RESET", NO_AUTH);
    }

    @Test
    void hello_withPassword_opens() throws IOException {
        assertThat(client.ask("HELLO", "2", "AUTH", "default", "open sesame", "SETNAME", "x"))
                .startsWith("[$server");
        assertThat(client.ask("CLIENT", "GETNAME")).isEqualTo("$x");
    }

    @Test
    void beforeAuth_requestsMustBeSmall() throws IOException {
        client.send(Resp.bytes("*11\r\n"));
        assertThat(client.reply())
                .isEqualTo(
                        "-ERR Protocol error: unauthenticated multibulk length: 11 arguments, and at most 10 before AUTH");
        assertThat(client.isClosedByServer()).isTrue();
        try (RawClient other = server.client()) {
            other.send(Resp.bytes("*2\r\n$4\r\nAUTH\r\n$16385\r\n"));
            assertThat(other.reply())
                    .isEqualTo(
                            "-ERR Protocol error: unauthenticated bulk length: 16385 bytes, and at most 16384 before AUTH");
            assertThat(other.isClosedByServer()).isTrue();
        }
    }
}
