package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.pressure.PressureLevel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The reply to a health check's PING while writes are refused. */
class PingTest {
    private final SettableClock clock = new SettableClock(1_700_000_000_000L);
    private final MemoryShards shards = MemoryShards.immediate(4);

    private RunningServer server(RedisOptions options) {
        return new RunningServer(shards, options, new ServerFacts("0", clock.now(), Path.of("/d"), Map::of), clock);
    }

    @Test
    void ping_whileAllWritesAreShed_isPongUnlessAskedOtherwise() throws IOException {
        shards.level(PressureLevel.FAILED);
        try (RunningServer server = server(new RedisOptions());
                RawClient client = server.client()) {
            assertThat(client.ask("PING")).isEqualTo("+PONG");
        }
    }

    @Test
    void ping_asked_isAnErrorAsLongAsEveryShardRefusesWrites() throws IOException {
        try (RunningServer server = server(new RedisOptions().setPingErrorWhileShedding(true));
                RawClient client = server.client()) {
            assertThat(client.ask("PING")).isEqualTo("+PONG");
            shards.level(PressureLevel.WARN);
            clock.pass(1);
            assertThat(client.ask("PING")).isEqualTo("+PONG");
            shards.level(PressureLevel.SHED, 3);
            clock.pass(1);
            assertThat(client.ask("PING")).as("one shard takes writes").isEqualTo("+PONG");
            shards.level(PressureLevel.SHED);
            clock.pass(1);
            String refusal = "-DISKPRESSURE no shard takes writes: disk full";
            assertThat(client.ask("PING")).isEqualTo(refusal);
            assertThat(client.ask("PING", "hey")).isEqualTo(refusal);
            assertThat(client.ask("ECHO", "hey")).isEqualTo("$hey");
            shards.level(PressureLevel.NORMAL);
            clock.pass(1);
            assertThat(client.ask("PING")).isEqualTo("+PONG");
        }
    }
}
