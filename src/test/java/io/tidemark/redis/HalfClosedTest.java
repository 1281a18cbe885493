package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.redis.protocol.Resp;
import io.tidemark.shard.Command;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Clients that shut down their output before they have all replies, as {@code nc -N} does. */
class HalfClosedTest {

    @Test
    void endOfSending_rightBehindACommand_isAnsweredThenClosed() throws IOException {
        try (RunningServer server = new RunningServer(MemoryShards.immediate(2))) {
            for (int i = 0; i < 50; i++) {
                try (RawClient client = server.client()) {
                    client.send(Resp.bytes("set a b\r\nget a\r\nPING\r\n"));
                    client.endSending();
                    assertThat(client.replies(3)).containsExactly("+OK", "$b", "+PONG");
                    assertThat(client.isClosedByServer()).isTrue();
                }
            }
            RunningServer.until(() -> server.server().sessions().isEmpty());
        }
    }

    @Test
    void endOfSending_whileCommandsAreOutAndHeld_allAreAnswered() throws IOException {
        MemoryShards shards = MemoryShards.stepped(1);
        try (RunningServer server = new RunningServer(shards);
                RawClient client = server.client()) {
            client.send("SET", "a", "1");
            RunningServer.until(() -> shards.waiting().size() == 1);
            client.send(Resp.bytes("GET a\r\nDBSIZE\r\nSET a 2"));
            client.endSending();
            shards.step();
            RunningServer.until(() -> shards.waiting().size() == 1);
            assertThat(shards.waiting().get(0).commands()).hasExactlyElementsOfTypes(Command.Get.class);
            shards.step();
            assertThat(client.replies(3)).containsExactly("+OK", "$1", ":1");
            assertThat(client.isClosedByServer())
                    .as("an incomplete request is ignored")
                    .isTrue();
            RunningServer.until(() -> server.server().sessions().isEmpty());
            assertThat(shards.waiting()).isEmpty();
        }
    }

    /** Far more requests than may be unanswered at a time: the end of input is seen after reading was suspended. */
    @Test
    void endOfSending_behindALongPipeline_allIsAnswered() throws IOException {
        MemoryShards shards = MemoryShards.immediate(2);
        int sets = 20_000;
        try (RunningServer server = new RunningServer(shards, new RedisOptions().setMaxPendingCommands(10), 1);
                RawClient client = server.client()) {
            client.send(Resp.bytes("set a b\r\n".repeat(sets)));
            client.endSending();
            assertThat(client.replies(sets)).containsOnly("+OK");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void endOfSending_beforeALargeReplyIsRead_isSentToItsEnd() throws IOException {
        String value = "x".repeat(16 << 20);
        try (RunningServer server = new RunningServer(MemoryShards.immediate(1));
                RawClient client = new RawClient(server.port(), 8_192)) {
            client.ask("SET", "big", value);
            client.send("GET", "big");
            client.endSending();
            assertThat(client.reply()).isEqualTo("$" + value);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void endOfSending_ofAnIdleClient_closes() throws IOException {
        try (RunningServer server = new RunningServer(MemoryShards.immediate(1))) {
            try (RawClient client = server.client()) {
                assertThat(client.ask("PING")).isEqualTo("+PONG");
                client.endSending();
                assertThat(client.isClosedByServer()).isTrue();
            }
            RunningServer.until(() -> server.server().sessions().isEmpty());
        }
    }
}
