package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.redis.protocol.Resp;
import io.tidemark.shard.Command;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Refused commands that would change the meaning of the following ones: those must not do what the client did not intend. */
class RefusedModesTest {

    private static final String UNKNOWN_MULTI = "-ERR unknown command 'MULTI', with args beginning with: ";
    private static final String NOT_CARRIED_OUT = "-ERR not carried out: it follows a MULTI, which was refused because"
            + " transactions are not supported yet; EXEC, DISCARD or RESET ends this";
    private static final String ABORTED = "-EXECABORT Transaction discarded because of previous errors.";
    private static final String OTHER_DATABASE =
            "-ERR not carried out: it follows a SELECT that was refused, and is meant"
                    + " for another database than the only one, 0; SELECT 0 or RESET ends this";

    private final MemoryShards shards = MemoryShards.immediate(2);
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"EXEC|" + ABORTED, "exec|" + ABORTED, "DISCARD|+OK", "Discard|+OK", "RESET|+RESET"})
    void multi_oneByOne_nothingIsCarriedOutBeforeItsEnd(String end, String reply) throws IOException {
        assertThat(client.ask("MULTI")).isEqualTo(UNKNOWN_MULTI);
        assertThat(client.ask("INCR", "x")).isEqualTo(NOT_CARRIED_OUT);
        assertThat(client.ask("GET", "x")).isEqualTo(NOT_CARRIED_OUT);
        assertThat(client.ask("MSET", "x", "1", "y", "2")).isEqualTo(NOT_CARRIED_OUT);
        assertThat(client.ask("NONE")).isEqualTo(NOT_CARRIED_OUT);
        assertThat(client.ask("GET")).isEqualTo(NOT_CARRIED_OUT);
        assertThat(client.ask("EXEC", "now")).isEqualTo(NOT_CARRIED_OUT);
        assertThat(client.ask("SAVE")).isEqualTo(NOT_CARRIED_OUT);
        assertThat(client.ask("SHUTDOWN")).isEqualTo(NOT_CARRIED_OUT);
        assertThat(client.ask(end)).isEqualTo(reply);
        assertThat(shards.submissions()).isZero();
        assertThat(server.shutdowns).hasValue(0);
        assertThat(client.ask("INCR", "x")).isEqualTo(":1");
        assertThat(client.ask(end))
                .as("a second end ends nothing")
                .isEqualTo(
                        end.equals("RESET")
                                ? "+RESET"
                                : "-ERR unknown command '" + end + "', with args beginning with: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*1\r\n$5\r\nMULTI\r\n*2\r\n$4\r\nINCR\r\n$1\r\nx\r\n*1\r\n$4\r\nEXEC\r\n",
                "multi\r\nincr x\r\nexec\r\n",
                "MuLtI\nINCR x\nEXEC\n"
            })
    void multi_inOnePacket_nothingIsCarriedOut(String packet) throws IOException {
        client.send(Resp.bytes(packet));
        List<String> replies = client.replies(3);
        assertThat(replies.get(0)).startsWith("-ERR unknown command '").containsIgnoringCase("'multi'");
        assertThat(replies.subList(1, 3)).containsExactly(NOT_CARRIED_OUT, ABORTED);
        assertThat(client.ask("GET", "x")).isEqualTo("(nil)");
    }

    @Test
    void multi_nestedOrWatchedOrWrong_isRefusedUntilTheFirstEnd() throws IOException {
        assertThat(client.ask("WATCH", "x")).startsWith("-ERR unknown command 'WATCH'");
        assertThat(client.ask("INCR", "x")).as("WATCH alone guards nothing").isEqualTo(":1");
        assertThat(client.ask("MULTI", "now")).startsWith("-ERR unknown command 'MULTI'");
        assertThat(client.ask("MULTI")).isEqualTo(NOT_CARRIED_OUT);
        assertThat(client.ask("WATCH", "x")).isEqualTo(NOT_CARRIED_OUT);
        assertThat(client.ask("SELECT", "1")).isEqualTo(NOT_CARRIED_OUT);
        assertThat(client.ask("EXEC")).isEqualTo(ABORTED);
        assertThat(client.ask("INCR", "x")).isEqualTo(":2");
    }

    @Test
    void multi_thenQuit_closes() throws IOException {
        client.send(Resp.bytes("MULTI\r\nINCR x\r\nQUIT\r\n"));
        assertThat(client.replies(3)).containsExactly(UNKNOWN_MULTI, NOT_CARRIED_OUT, "+OK");
        assertThat(client.isClosedByServer()).isTrue();
        assertThat(shards.submissions()).isZero();
    }

    @Test
    void multi_ofOneClient_affectsNoOther() throws IOException {
        assertThat(client.ask("MULTI")).isEqualTo(UNKNOWN_MULTI);
        try (RawClient other = server.client()) {
            assertThat(other.ask("INCR", "x")).isEqualTo(":1");
        }
    }

    @Test
    void multi_behindCommandsThatAreHeld_isRefusedInItsPlace() throws IOException {
        MemoryShards stepped = MemoryShards.stepped(1);
        try (RunningServer slow = new RunningServer(stepped);
                RawClient one = slow.client()) {
            one.send("SET", "x", "1");
            RunningServer.until(() -> stepped.waiting().size() == 1);
            one.send(Resp.bytes("GET x\r\nMULTI\r\nINCR x\r\nEXEC\r\nINCR x\r\n"));
            stepped.step();
            RunningServer.until(() -> stepped.waiting().size() == 1);
            assertThat(stepped.waiting().get(0).commands())
                    .hasExactlyElementsOfTypes(Command.Get.class, Command.IncrementBy.class);
            stepped.step();
            assertThat(one.replies(6)).containsExactly("+OK", "$1", UNKNOWN_MULTI, NOT_CARRIED_OUT, ABORTED, ":2");
        }
    }

    @Test
    void multi_beforeThePassword_isRemembered() throws IOException {
        try (RunningServer guarded = new RunningServer(shards, new RedisOptions().setPassword("sesame"), 1);
                RawClient one = guarded.client()) {
            one.send(Resp.bytes("MULTI\r\nAUTH sesame\r\nINCR x\r\nEXEC\r\nAUTH sesame\r\nGET x\r\n"));
            assertThat(one.replies(6))
                    .containsExactly(UNKNOWN_MULTI, NOT_CARRIED_OUT, NOT_CARRIED_OUT, ABORTED, "+OK", "(nil)");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT 1", "select 15", "SELECT x", "SELECT 0 1", "SELECT"})
    void select_ofAnotherDatabase_nothingReachesTheOnlyOne(String select) throws IOException {
        assertThat(client.ask("SET", "a", "mine")).isEqualTo("+OK");
        client.send(
                Resp.bytes(select + "\r\nSET a theirs\r\nGET a\r\nDEL a\r\nDBSIZE\r\nPING\r\nSELECT 0\r\nGET a\r\n"));
        List<String> replies = client.replies(8);
        assertThat(replies.get(0)).startsWith("-ERR ");
        assertThat(replies.subList(1, 8))
                .containsExactly(
                        OTHER_DATABASE, OTHER_DATABASE, OTHER_DATABASE, OTHER_DATABASE, "+PONG", "+OK", "$mine");
        assertThat(client.ask(select.split(" ", -1))).startsWith("-ERR ");
        assertThat(client.ask("GET", "a")).isEqualTo(OTHER_DATABASE);
        assertThat(client.ask("RESET")).isEqualTo("+RESET");
        assertThat(client.ask("GET", "a")).isEqualTo("$mine");
    }

    @Test
    void select_beforeThePassword_isRememberedIfItMeantAnother() throws IOException {
        try (RunningServer guarded = new RunningServer(shards, new RedisOptions().setPassword("sesame"), 1)) {
            String noAuth = "-NOAUTH Authentication required.";
            try (RawClient one = guarded.client()) {
                one.send(Resp.bytes("SELECT 1\r\nAUTH sesame\r\nSET a b\r\n"));
                assertThat(one.replies(3)).containsExactly(noAuth, "+OK", OTHER_DATABASE);
            }
            try (RawClient one = guarded.client()) {
                one.send(Resp.bytes("SELECT 0\r\nAUTH sesame\r\nSET a b\r\n"));
                assertThat(one.replies(3)).containsExactly(noAuth, "+OK", "+OK");
            }
        }
    }

    /** If it were refused, the client would take every later reply for that of the previous command. */
    @Test
    void clientReply_offAndSkip_noReplyIsTakenForAnother() throws IOException {
        client.send(Resp.bytes("CLIENT REPLY SKIP\r\nSET a 1\r\nGET a\r\n"));
        assertThat(client.reply()).isEqualTo("$1");
        client.send(lines(
                "client reply off",
                "SET a 2",
                "NONE",
                "PING",
                "INFO",
                "GET a",
                "MGET a b c",
                "CLIENT REPLY SKIP",
                "CLIENT REPLY ON",
                "GET a"));
        assertThat(client.replies(2)).containsExactly("+OK", "$2");
        client.send(Resp.bytes("CLIENT REPLY OFF\r\nINCR a\r\nRESET\r\nGET a\r\n"));
        assertThat(client.replies(2)).containsExactly("+RESET", "$3");
        assertThat(client.ask("CLIENT", "REPLY", "maybe")).isEqualTo("-ERR syntax error");
        assertThat(client.ask("CLIENT", "REPLY"))
                .isEqualTo("-ERR wrong number of arguments for 'client|reply' command");
    }

    @Test
    void clientReplySkip_ofASave_isSilentAndKeepsItsPlace() throws IOException {
        client.send(Resp.bytes("CLIENT REPLY SKIP\r\nSAVE\r\nSET a 1\r\nGET a\r\n"));
        RunningServer.until(() -> shards.syncs() == 1);
        shards.sync().complete();
        assertThat(client.replies(2)).containsExactly("+OK", "$1");
    }

    private static byte[] lines(String... commands) {
        return Resp.bytes(String.join("\r\n", commands) + "\r\n");
    }
}
