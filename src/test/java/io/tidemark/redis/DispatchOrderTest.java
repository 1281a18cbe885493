package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.redis.protocol.Resp;
import io.tidemark.shard.Command;
import io.tidemark.shard.Result;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands on shards that answer on demand: which calls may be unanswered at once, and the order of replies. */
class DispatchOrderTest {

    /** Of two shards: the slot of "foo" is 12182, that of "hello" 866. */
    private static final String ON_ONE = "foo";

    private static final String ON_ZERO = "hello";

    private final MemoryShards shards = MemoryShards.stepped(2);
    private final RunningServer server = new RunningServer(shards);
    private RawClient client;
    private RawClient other;

    @BeforeEach
    void connect() throws IOException {
        client = server.client();
        other = server.client();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        other.close();
        server.close();
    }

    @Test
    void oneChunk_readsAndWritesOfOneShard_areOneListInOrder() throws IOException {
        send(Resp.request("SET", ON_ONE, "1"), Resp.request("GET", ON_ONE), Resp.request("SET", ON_ONE, "2"));
        assertThat(shards.waiting()).hasSize(1);
        assertThat(shards.waiting().get(0).commands())
                .hasExactlyElementsOfTypes(Command.Set.class, Command.Get.class, Command.Set.class);
        shards.step();
        assertThat(client.replies(3)).containsExactly("+OK", "$1", "+OK");
    }

    @Test
    void readAfterUnansweredWrite_isHeldUntilTheAnswer() throws IOException {
        send(Resp.request("SET", ON_ONE, "1"));
        send(Resp.request("GET", ON_ONE), Resp.request("SET", ON_ONE, "2"));
        assertThat(shards.waiting()).hasSize(1);
        shards.step();
        assertThat(client.reply()).isEqualTo("+OK");
        RunningServer.until(() -> shards.waiting().size() == 1);
        assertThat(shards.waiting().get(0).commands()).hasExactlyElementsOfTypes(Command.Get.class, Command.Set.class);
        shards.step();
        assertThat(client.replies(2)).containsExactly("$1", "+OK");
    }

    @Test
    void writeAfterUnansweredRead_isHeldUntilTheAnswer() throws IOException {
        send(Resp.request("GET", ON_ONE));
        send(Resp.request("SET", ON_ONE, "2"));
        assertThat(shards.waiting()).hasSize(1);
        shards.step();
        assertThat(client.reply()).isEqualTo("(nil)");
        RunningServer.until(() -> shards.waiting().size() == 1);
        assertThat(shards.waiting().get(0).commands()).hasExactlyElementsOfTypes(Command.Set.class);
        shards.step();
        assertThat(client.reply()).isEqualTo("+OK");
    }

    @Test
    void readAfterUnansweredRead_isHeldUntilTheAnswer() throws IOException {
        send(Resp.request("GET", ON_ONE));
        send(Resp.request("STRLEN", ON_ONE));
        assertThat(shards.waiting()).hasSize(1);
        shards.step();
        assertThat(client.reply()).isEqualTo("(nil)");
        RunningServer.until(() -> shards.waiting().size() == 1);
        assertThat(shards.waiting().get(0).commands()).hasExactlyElementsOfTypes(Command.ValueLength.class);
        shards.step();
        assertThat(client.reply()).isEqualTo(":0");
    }

    @Test
    void writesAfterUnansweredWrites_areSubmittedAtOnce() throws IOException {
        send(Resp.request("SET", ON_ONE, "1"));
        send(Resp.request("INCR", ON_ONE));
        send(Resp.request("DEL", ON_ONE), Resp.request("SET", ON_ONE, "3"));
        assertThat(shards.waiting()).hasSize(3);
        shards.step();
        shards.step();
        shards.step();
        assertThat(client.replies(4)).containsExactly("+OK", ":2", ":1", "+OK");
    }

    @Test
    void answersInTheWrongOrder_replyInTheOrderOfRequests() throws IOException {
        send(Resp.request("SET", ON_ONE, "1"));
        send(Resp.request("GET", ON_ZERO), Resp.request("PING", "between"), Resp.request("NONE"));
        send(Resp.request("SET", ON_ONE, "2"));
        assertThat(shards.waiting()).hasSize(3);
        shards.stepLast();
        shards.stepLast();
        other.ask("PING");
        assertThat(client.available()).isZero();
        shards.step();
        assertThat(client.replies(5))
                .containsExactly(
                        "+OK", "(nil)", "$between", "-ERR unknown command 'NONE', with args beginning with: ", "+OK");
    }

    @Test
    void anotherClient_isNotHeld() throws IOException {
        send(Resp.request("SET", ON_ONE, "1"));
        other.send("GET", ON_ONE);
        RunningServer.until(() -> shards.waiting().size() == 2);
        shards.stepLast();
        assertThat(other.reply()).isEqualTo("(nil)");
        assertThat(client.available()).isZero();
        shards.step();
        assertThat(client.reply()).isEqualTo("+OK");
    }

    @Test
    void commandOverShards_isOneCallAShardAndOneReply() throws IOException {
        send(Resp.request("MSET", ON_ONE, "1", ON_ZERO, "2", "{foo}x", "3"));
        assertThat(shards.waiting()).hasSize(2);
        shards.stepLast();
        other.ask("PING");
        assertThat(client.available()).isZero();
        shards.step();
        assertThat(client.reply()).isEqualTo("+OK");
        send(Resp.request("MGET", "{foo}x", ON_ZERO, "none", ON_ONE, ON_ZERO));
        shards.step();
        shards.step();
        assertThat(client.reply()).isEqualTo("[$3, $2, (nil), $1, $2]");
        send(Resp.request("EXISTS", ON_ONE, ON_ZERO, ON_ZERO, "none"));
        shards.step();
        shards.step();
        assertThat(client.reply()).isEqualTo(":3");
        send(Resp.request("DEL", ON_ONE, ON_ZERO, "none", "{foo}x"));
        shards.step();
        shards.step();
        assertThat(client.reply()).isEqualTo(":3");
    }

    @Test
    void commandOverShards_oneShardBusyWithRead_isHeldWhole() throws IOException {
        send(Resp.request("GET", ON_ONE));
        send(Resp.request("DEL", ON_ZERO, ON_ONE));
        assertThat(shards.waiting()).hasSize(1);
        shards.step();
        assertThat(client.reply()).isEqualTo("(nil)");
        RunningServer.until(() -> shards.waiting().size() == 2);
        assertThat(shards.waiting())
                .allSatisfy(each -> assertThat(each.commands()).hasExactlyElementsOfTypes(Command.Delete.class));
        shards.step();
        shards.step();
        assertThat(client.reply()).isEqualTo(":0");
    }

    @Test
    void commandOverShards_oneFails_saysWhichAndWhatWasDone() throws IOException {
        shards.answerWith(command ->
                command instanceof Command.SetAll all && all.pairs().get(0).key().length == ON_ZERO.length()
                        ? new Result.Failure(Result.Kind.SHED, "shard 0: FSYNC_FAILED; retry in 5 s")
                        : null);
        send(Resp.request("MSET", ON_ONE, "1", ON_ZERO, "2"));
        shards.step();
        shards.step();
        assertThat(client.reply())
                .isEqualTo("-DISKPRESSURE shard 0: FSYNC_FAILED; retry in 5 s; 1 of 2 shards have carried out their"
                        + " part");
    }

    @Test
    void commandOverAllShards_waitsForEarlierOnes() throws IOException {
        send(Resp.request("SET", ON_ONE, "1"), Resp.request("DBSIZE"), Resp.request("PING"));
        other.ask("PING");
        assertThat(client.available()).isZero();
        shards.step();
        assertThat(client.replies(3)).containsExactly("+OK", ":1", "+PONG");
    }

    @Test
    void save_waitsForEarlierWritesAndForTheDisk() throws IOException {
        send(Resp.request("SET", ON_ONE, "1"), Resp.request("SAVE"));
        send(Resp.request("PING"));
        assertThat(shards.syncs()).isZero();
        shards.step();
        assertThat(client.reply()).isEqualTo("+OK");
        RunningServer.until(() -> shards.syncs() == 1);
        other.ask("PING");
        assertThat(client.available()).isZero();
        shards.sync().complete();
        assertThat(client.replies(2)).containsExactly("+OK", "+PONG");
    }

    @Test
    void quit_whileWritesAreOut_repliesToAllThenCloses() throws IOException {
        send(Resp.request("SET", ON_ONE, "1"), Resp.request("QUIT"), Resp.request("SET", ON_ONE, "2"));
        shards.step();
        assertThat(client.replies(2)).containsExactly("+OK", "+OK");
        assertThat(client.isClosedByServer()).isTrue();
        assertThat(shards.waiting()).isEmpty();
    }

    @Test
    void protocolError_whileReadsAreHeld_comesLast() throws IOException {
        send(Resp.request("SET", ON_ONE, "1"));
        send(Resp.request("GET", ON_ONE), Resp.bytes("*x\r\n"), Resp.request("PING"));
        shards.step();
        RunningServer.until(() -> shards.waiting().size() == 1);
        shards.step();
        assertThat(client.replies(3)).containsExactly("+OK", "$1", "-ERR Protocol error: invalid multibulk length");
        assertThat(client.isClosedByServer()).isTrue();
    }

    @Test
    void reset_whileWritesAreOut_dropsWhatIsHeld() throws IOException {
        send(Resp.request("SET", ON_ONE, "1"));
        send(Resp.request("GET", ON_ONE));
        client.reset();
        RunningServer.until(() -> server.server().sessions().size() == 1);
        shards.step();
        other.ask("PING");
        assertThat(shards.waiting()).isEmpty();
        assertThat(valueOf(ON_ONE)).as("what had been submitted").isEqualTo("$1");
    }

    /** The server can't know that the client no longer waits for replies. */
    @Test
    void close_whileWritesAreOut_carriesOutWhatWasReceived() throws IOException {
        send(Resp.request("SET", ON_ONE, "1"));
        send(Resp.request("GET", ON_ONE), Resp.request("SET", ON_ONE, "2"));
        client.close();
        shards.step();
        RunningServer.until(() -> shards.waiting().size() == 1);
        shards.step();
        RunningServer.until(() -> server.server().sessions().size() == 1);
        assertThat(valueOf(ON_ONE)).isEqualTo("$2");
    }

    /** What the other client reads. */
    private String valueOf(String key) throws IOException {
        other.send("GET", key);
        RunningServer.until(() -> shards.waiting().size() == 1);
        shards.step();
        return other.reply();
    }

    /** Sends the requests in one chunk and waits until the server has processed it. */
    private void send(byte[]... requests) throws IOException {
        byte[] all = Resp.join(requests);
        long before = server.server().stats().inputBytes.sum();
        client.send(all);
        server.awaitInput(other, before + all.length);
    }
}
