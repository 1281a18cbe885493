package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that no longer send anything: dead ones, and idle ones. */
class SilentClientsTest {
    private static final int JIFFIES_PER_SECOND = 100;

    /** The timer of a connection in the kernel, and in how many seconds it expires. */
    private record KernelTimer(int kind, long seconds) {}

    @ParameterizedTest
    @CsvSource({"300, 2, 250, 300", "7000, 2, 6900, 7000", "0, 0, 0, 0"})
    void keepalive_isSetInTheKernel(int seconds, int kind, long from, long to) throws IOException {
        assumeTrue(Files.isReadable(Path.of("/proc/net/tcp6")), "no /proc/net/tcp6");
        RedisOptions options = new RedisOptions().setTcpKeepAliveSeconds(seconds);
        try (RunningServer server = new RunningServer(MemoryShards.immediate(1), options, 1);
                RawClient client = server.client()) {
            assertThat(client.ask("PING")).isEqualTo("+PONG");
            RunningServer.until(() -> timer(server.port(), client.port()).kind() == kind); // its answer is acknowledged
            assertThat(timer(server.port(), client.port()).seconds()).isBetween(from, to);
        }
    }

    @Test
    void keepalive_ofEachConnection_isAThirdOfItsTimeBetweenThreeProbes() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            Promise<List<Integer>> set = Promise.promise();
            NetServer listening = vertx.createNetServer(new NetServerOptions()
                            .setHost("127.0.0.1")
                            .setPort(0)
                            .setTcpKeepAlive(true))
                    .connectHandler(socket -> {
                        TcpKeepAlive.set(socket, 300);
                        Channel channel = ((NetSocketInternal) socket)
                                .channelHandlerContext()
                                .channel();
                        set.complete(Stream.of(
                                        ExtendedSocketOptions.TCP_KEEPIDLE,
                                        ExtendedSocketOptions.TCP_KEEPINTERVAL,
                                        ExtendedSocketOptions.TCP_KEEPCOUNT)
                                .map(option -> {
                                    ChannelOption<Integer> known = NioChannelOption.of(option);
                                    return Objects.requireNonNull(
                                            channel.config().getOption(known));
                                })
                                .toList());
                    });
            RunningServer.await(listening.listen());
            try (RawClient client = new RawClient(listening.actualPort())) {
                client.send("PING");
                assertThat(RunningServer.await(set.future())).containsExactly(300, 100, 3);
            }
        } finally {
            RunningServer.await(vertx.close());
        }
    }

    @Test
    void idleClient_isClosed_oneThatWaitsForAShardIsNot() throws IOException {
        MemoryShards shards = MemoryShards.stepped(1);
        RedisOptions options = new RedisOptions().setIdleTimeoutSeconds(1);
        try (RunningServer server = new RunningServer(shards, options, 1);
                RawClient waiting = server.client()) {
            waiting.send("GET", "a");
            RunningServer.until(() -> shards.waiting().size() == 1);
            try (RawClient idle = server.client()) {
                assertThat(idle.ask("PING")).isEqualTo("+PONG");
                assertThat(idle.isClosedByServer()).isTrue();
            }
            RunningServer.until(() -> server.server().sessions().size() == 1); // the one that waits, silent for longer
            shards.step();
            assertThat(waiting.reply()).isEqualTo("(nil)");
            assertThat(waiting.isClosedByServer()).as("idle since its answer").isTrue();
        }
    }

    @Test
    void config_timeouts_areThoseInForceUnderRedisNames() throws IOException {
        RedisOptions changed = new RedisOptions().setIdleTimeoutSeconds(600).setTcpKeepAliveSeconds(0);
        try (RunningServer server = new RunningServer(MemoryShards.immediate(1));
                RunningServer other = new RunningServer(MemoryShards.immediate(1), changed, 1);
                RawClient client = server.client();
                RawClient asking = other.client()) {
            assertThat(client.ask("CONFIG", "GET", "timeout")).isEqualTo("[$timeout, $0]");
            assertThat(client.ask("CONFIG", "GET", "tcp-keepalive")).isEqualTo("[$tcp-keepalive, $300]");
            assertThat(asking.ask("CONFIG", "GET", "timeout")).isEqualTo("[$timeout, $600]");
            assertThat(asking.ask("CONFIG", "GET", "tcp-keepalive")).isEqualTo("[$tcp-keepalive, $0]");
        }
    }

    /** From {@code /proc/net/tcp}: local and remote address, then {@code tr:when}. */
    private static KernelTimer timer(int serverPort, int clientPort) throws IOException {
        String local = String.format(Locale.ROOT, ":%04X", serverPort);
        String remote = String.format(Locale.ROOT, ":%04X", clientPort);
        for (String table : List.of("/proc/net/tcp6", "/proc/net/tcp")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] fields = line.trim().split("\\s+", -1);
                if (fields.length > 5 && fields[1].endsWith(local) && fields[2].endsWith(remote)) {
                    String[] timer = fields[5].split(":", -1);
                    return new KernelTimer(
                            Integer.parseInt(timer[0], 16), Long.parseLong(timer[1], 16) / JIFFIES_PER_SECOND);
                }
            }
        }
        throw new AssertionError("no connection from port " + clientPort + " to " + serverPort);
    }
}
