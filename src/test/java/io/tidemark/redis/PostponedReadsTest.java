package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.redis.protocol.Resp;
import io.tidemark.shard.Command;
import io.tidemark.shard.Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads that a shard postpones because their list has enough answers already; and answers that can't be encoded. */
class PostponedReadsTest {
    private final MemoryShards shards = MemoryShards.stepped(2);
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

    private void send(byte[]... requests) throws IOException {
        for (byte[] request : requests) {
            client.send(request);
        }
        RunningServer.until(() -> !shards.waiting().isEmpty());
    }

    private static byte[] gets(int count) {
        StringBuilder inline = new StringBuilder();
        for (int i = 0; i < count; i++) {
            inline.append("GET k").append(i).append("{foo}\r\n");
        }
        return Resp.bytes(inline.toString());
    }

    /** As a shard does: answers the first {@code max} calls of each list, and postpones the others. */
    private void answerAtATime(int max) {
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger lists = new AtomicInteger();
        shards.answerWith(command -> {
            if (lists.getAndSet(shards.submissions()) != shards.submissions()) {
                answered.set(0);
            }
            return answered.getAndIncrement() < max
                    ? new Result.Value(((Command.Get) command).key())
                    : Result.Postponed.POSTPONED;
        });
    }

    @Test
    void postponed_isResubmittedInOrder_untilAllAreAnswered() throws IOException {
        answerAtATime(3);
        send(gets(10));
        List<Integer> sizes = new ArrayList<>();
        for (int left = 10; left > 0; left -= 3) {
            RunningServer.until(() -> !shards.waiting().isEmpty());
            sizes.add(shards.waiting().get(0).calls().size());
            shards.step();
        }
        assertThat(sizes).containsExactly(10, 7, 4, 1);
        List<String> replies = client.replies(10);
        for (int i = 0; i < 10; i++) {
            assertThat(replies.get(i)).isEqualTo("$k" + i + "{foo}");
        }
    }

    @Test
    void writeAfterAPostponedRead_isHeld() throws IOException {
        answerAtATime(1);
        send(gets(2));
        client.send(Resp.request("SET", "k1{foo}", "later"));
        shards.step();
        assertThat(client.reply()).isEqualTo("$k0{foo}");
        RunningServer.until(() -> !shards.waiting().isEmpty());
        assertThat(shards.waiting().get(0).commands()).hasExactlyElementsOfTypes(Command.Get.class);
        shards.step();
        assertThat(client.reply()).isEqualTo("$k1{foo}");
        RunningServer.until(() -> !shards.waiting().isEmpty());
        assertThat(shards.waiting().get(0).commands()).hasExactlyElementsOfTypes(Command.Set.class);
    }

    @Test
    void partOfAMultiShardReply_isResubmitted() throws IOException {
        AtomicInteger calls = new AtomicInteger();
        shards.answerWith(command -> calls.getAndIncrement() == 0 ? Result.Postponed.POSTPONED : null);
        client.send(Resp.request("MGET", "foo", "hello"));
        for (int i = 0; i < 3; i++) {
            RunningServer.until(() -> !shards.waiting().isEmpty());
            shards.step();
        }
        assertThat(client.reply()).isEqualTo("[(nil), (nil)]");
        assertThat(calls).hasValue(3);
    }

    /** Answers of one shard that wait for another shard's: no more reads are submitted to it until then. */
    @Test
    void largeAnswersAfterAnotherShards_areNotResubmitted() throws IOException {
        byte[] large = new byte[2 << 20];
        AtomicInteger calls = new AtomicInteger();
        shards.answerWith(
                command -> calls.getAndIncrement() % 2 == 0 ? new Result.Value(large) : Result.Postponed.POSTPONED);
        client.send(Resp.bytes("GET foo\r\n".repeat(2) + "GET hello\r\n".repeat(2)));
        RunningServer.until(() -> shards.waiting().size() == 2);
        assertThat(shards.waiting().get(0).shard())
                .as("that of the later replies answers first")
                .isZero();
        shards.step();
        shards.step();
        assertThat(client.reply()).hasSize(large.length + 1);
        RunningServer.until(() -> !shards.waiting().isEmpty());
        assertThat(shards.waiting()).singleElement().satisfies(next -> assertThat(next.shard())
                .isEqualTo(1));
        shards.step();
        assertThat(client.replies(2)).allSatisfy(reply -> assertThat(reply).hasSize(large.length + 1));
        RunningServer.until(() -> !shards.waiting().isEmpty());
        assertThat(shards.waiting()).singleElement().satisfies(next -> assertThat(next.shard())
                .isZero());
        calls.set(0);
        shards.step();
        assertThat(client.reply()).hasSize(large.length + 1);
    }

    /** The client does not read: while megabytes of replies are unsent, no postponed read is submitted again. */
    @Test
    void postponed_waitsUntilTheClientHasRead() throws IOException {
        byte[] large = new byte[16 << 20];
        AtomicInteger calls = new AtomicInteger();
        shards.answerWith(
                command -> calls.getAndIncrement() == 0 ? new Result.Value(large) : Result.Postponed.POSTPONED);
        try (RawClient slow = new RawClient(server.port(), 8_192); // and what it has not read, its kernel hasn't either
                RawClient other = server.client()) {
            slow.send(gets(2));
            RunningServer.until(() -> !shards.waiting().isEmpty());
            shards.step();
            for (int i = 0; i < 200; i++) {
                other.ask("PING");
            }
            assertThat(shards.waiting()).isEmpty();
            assertThat(slow.reply()).hasSize(large.length + 1);
            RunningServer.until(() -> !shards.waiting().isEmpty());
        }
    }

    @Test
    void answerThatCannotBeEncoded_reachesNobody() throws IOException {
        Result broken = new Result.Values(new ArrayList<>(List.of(Resp.bytes("a secret"), Resp.bytes("another"))) {
            @Override
            public void forEach(Consumer<? super byte[]> action) {
                action.accept(get(0));
                get(1);
            }

            @Override
            public byte[] get(int index) {
                if (index == 1) {
                    throw new OutOfMemoryError("for a test");
                }
                return super.get(index);
            }
        });
        shards.answerWith(command -> command instanceof Command.GetAll ? broken : null);
        try (RawClient other = server.client()) {
            send(Resp.request("MGET", "foo", "k{foo}"));
            shards.step();
            assertThat(client.isClosedByServer()).isTrue();
            assertThat(other.ask("PING")).isEqualTo("+PONG");
        }
    }
}
