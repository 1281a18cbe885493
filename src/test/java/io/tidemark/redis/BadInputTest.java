package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.redis.protocol.Resp;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Invalid input gets a clear error. The server, and the connection where possible, remains usable. */
class BadInputTest {

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
        try (RawClient other = server.client()) {
            assertThat(other.ask("PING")).as("the server goes on").isEqualTo("+PONG");
        }
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "FOO a b|`-ERR unknown command 'FOO', with args beginning with: 'a' 'b' `",
                "GET|-ERR wrong number of arguments for 'get' command",
                "get a b|-ERR wrong number of arguments for 'get' command",
                "SET a|-ERR wrong number of arguments for 'set' command",
                "PING a b|-ERR wrong number of arguments for 'ping' command",
                "SET a b EX 10|-ERR SET option 'EX' is not supported yet",
                "SET a b nx|-ERR SET option 'NX' is not supported yet",
                "SET a b KEEPTTL|-ERR SET option 'KEEPTTL' is not supported yet",
                "SET a b FOO|-ERR syntax error",
                "MSET a|-ERR wrong number of arguments for 'mset' command",
                "MSET a b c|-ERR wrong number of arguments for 'mset' command",
                "INCRBY a x|-ERR value is not an integer or out of range",
                "INCRBY a 01|-ERR value is not an integer or out of range",
                "INCRBY a +1|-ERR value is not an integer or out of range",
                "INCRBY a 9223372036854775808|-ERR value is not an integer or out of range",
                "DECRBY a -9223372036854775808|-ERR decrement would overflow",
                "SELECT 1|-ERR DB index is out of range",
                "SELECT x|-ERR value is not an integer or out of range",
                "AUTH x|-ERR AUTH <password> called without any password configured for the default user. Are you sure"
                        + " your configuration is correct?",
                "AUTH u x|-WRONGPASS invalid username-password pair or user is disabled.",
                "AUTH a b c|-ERR syntax error",
                "HELLO 3|-NOPROTO unsupported protocol version",
                "HELLO x|-ERR Protocol version is not an integer or out of range",
                "HELLO 2 FOO|-ERR Syntax error in HELLO option 'FOO'",
                "HELLO 2 AUTH default|-ERR Syntax error in HELLO option 'AUTH'",
                "CLIENT FOO|-ERR unknown subcommand 'FOO'. Try CLIENT HELP.",
                "CLIENT SETNAME a\\x20b|-ERR Client names cannot contain spaces, newlines or special characters.",
                "CLIENT ID x|`-ERR wrong number of arguments for 'client|id' command`",
                "CONFIG GET|`-ERR wrong number of arguments for 'config|get' command`",
                "CONFIG FOO|-ERR unknown subcommand 'FOO'. Try CONFIG HELP.",
                "CONFIG SET a b|-ERR CONFIG SET is not supported: settings come from the node's configuration file,"
                        + " environment and command line",
                "COMMAND FOO|-ERR unknown subcommand 'FOO'. Try COMMAND HELP.",
                "BGSAVE FOO|-ERR syntax error",
                "SHUTDOWN FOO|-ERR syntax error",
                "SHUTDOWN NOSAVE SAVE|-ERR syntax error",
                "SHUTDOWN ABORT|-ERR No shutdown in progress.",
                "SHUTDOWN ABORT NOW|-ERR syntax error",
                "CLIENT HELP x|`-ERR wrong number of arguments for 'client|help' command`",
                "CONFIG HELP x|`-ERR wrong number of arguments for 'config|help' command`",
                "COMMAND HELP x|`-ERR wrong number of arguments for 'command|help' command`",
            })
    void command_thatIsWrong_isAnsweredAndTheConnectionGoesOn(String command, String error) throws IOException {
        String[] arguments = command.split(" ", -1);
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = arguments[i].replace("\\x20", " ");
        }
        assertThat(client.ask(arguments)).isEqualTo(error);
        assertThat(client.ask("PING")).isEqualTo("+PONG");
        assertThat(shards.submissions()).isZero();
        assertThat(server.shutdowns).hasValue(0);
    }

    @Test
    void bulkOf600Megabytes_announced_isRefusedAtOnce() throws IOException {
        client.send(Resp.bytes("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$629145600\r\n"));
        assertThat(client.reply())
                .isEqualTo(
                        "-ERR Protocol error: invalid bulk length: with these 629145600 bytes the request is longer than"
                                + " redis.max_request_bytes = 67108864");
        assertThat(client.isClosedByServer()).isTrue();
    }

    @Test
    void arrayOfTwentyMillion_announced_isRefusedAtOnce() throws IOException {
        client.send(Resp.bytes("*20000000\r\n"));
        assertThat(client.reply())
                .isEqualTo("-ERR Protocol error: invalid multibulk length: 20000000 arguments, more than fit"
                        + " redis.max_request_bytes = 67108864");
        assertThat(client.isClosedByServer()).isTrue();
    }

    @Test
    void halfACommand_thenDisconnect_leavesNoTrace() throws IOException {
        byte[] set = Resp.request("SET", "a", "some value");
        client.send(Arrays.copyOf(set, set.length - 1));
        try (RawClient other = server.client()) {
            server.awaitInput(other, set.length - 1);
            client.close();
            RunningServer.until(() -> server.server().sessions().size() == 1);
            assertThat(shards.submissions()).isZero();
            assertThat(other.ask("DBSIZE")).isEqualTo(":0");
        }
    }

    @Test
    void keysAndValuesOfAnyBytes_comeBackAsTheyWere() throws IOException {
        byte[] any = new byte[10_000];
        new Random(42).nextBytes(any);
        byte[] key = {0, '\r', '\n', -1, '{', '}'};
        client.send(Resp.join(Resp.request(Resp.bytes("SET"), key, any), Resp.request(Resp.bytes("GET"), key)));
        assertThat(client.reply()).isEqualTo("+OK");
        assertThat(client.reply()).isEqualTo("$" + Resp.text(any));
    }

    @Test
    void nulBytesAsACommand_areAnUnknownCommand() throws IOException {
        client.send(Resp.bytes("\0\0\u00ff\r\n"));
        assertThat(client.reply()).isEqualTo("-ERR unknown command '???', with args beginning with: ");
        assertThat(client.ask("\r\n\0")).isEqualTo("-ERR unknown command '???', with args beginning with: ");
        assertThat(client.ask("PING")).isEqualTo("+PONG");
    }

    @Test
    void unknownCommand_withLongArguments_isQuotedInPart() throws IOException {
        String error = client.ask("x".repeat(10_000), "y".repeat(10_000), "z");
        assertThat(error)
                .isEqualTo("-ERR unknown command '" + "x".repeat(128) + "', with args beginning with: '"
                        + "y".repeat(128) + "' ");
    }

    @Test
    void http_isDisconnected() throws IOException {
        client.send(Resp.bytes("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET a b\r\n"));
        assertThat(client.isClosedByServer()).isTrue();
        assertThat(shards.submissions()).isZero();
    }

    @Test
    void key_tooLong_isRefusedWithItsLength() throws IOException {
        assertThat(client.ask("SET", "k".repeat(65_536), "v"))
                .isEqualTo("-ERR key of 65536 bytes is too long; the longest is 65535 bytes");
        assertThat(client.ask("MGET", "a", "k".repeat(65_536)))
                .isEqualTo("-ERR key of 65536 bytes is too long; the longest is 65535 bytes");
        assertThat(client.ask("SET", "k".repeat(65_535), "v")).isEqualTo("+OK");
    }

    @Test
    void value_ofManyMegabytes_goesThereAndBack() throws IOException {
        String value = "0123456789abcdef".repeat(1 << 20);
        assertThat(client.ask("SET", "big", value)).isEqualTo("+OK");
        assertThat(client.ask("STRLEN", "big")).isEqualTo(":" + value.length());
        assertThat(client.ask("GET", "big")).isEqualTo("$" + value);
    }
}
