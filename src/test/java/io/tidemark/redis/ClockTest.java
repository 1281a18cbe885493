package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Times shown to clients when the machine's clock is set. */
class ClockTest {
    private static final long NOON = 1_700_000_000_000L;
    private static final long DAY_MS = 86_400_000;

    private final SettableClock clock = new SettableClock(NOON);
    private final MemoryShards shards = MemoryShards.immediate(2);
    private final RunningServer server = new RunningServer(
            shards, new RedisOptions(), new ServerFacts("0", clock.now(), Path.of("/d"), Map::of), clock);
    private RawClient client;

    @BeforeEach
    void connect() throws IOException {
        client = server.client();
        client.ask("PING");
        shards.checkpointed(clock.now());
        clock.pass(10);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
    }

    @Test
    void clockSetBackADay_idleNode_lastsaveChangesAfterABgsave() throws IOException {
        shards.clean(2);
        assertThat(lastSave()).isEqualTo(seconds(NOON) + 10);
        clock.set(NOON - DAY_MS);
        assertThat(client.ask("BGSAVE")).isEqualTo("+Background saving started");
        shards.sync().complete();
        clock.pass(1);
        assertThat(lastSave()).isEqualTo(seconds(NOON - DAY_MS) + 1);
        assertThat(field("persistence", "rdb_last_save_time")).isEqualTo(seconds(NOON - DAY_MS) + 1);
    }

    @Test
    void clockSetBackADay_nodeThatIsWrittenTo_lastsaveIsTheTimeOfTheLastCheckpoint() throws IOException {
        shards.clean(2);
        assertThat(lastSave()).isEqualTo(seconds(NOON) + 10);
        shards.clean(0);
        clock.set(NOON - DAY_MS);
        clock.pass(5);
        assertThat(lastSave()).as("before a checkpoint").isEqualTo(seconds(NOON) + 10);
        shards.checkpointed(clock.now());
        clock.pass(5);
        assertThat(lastSave()).as("after one").isEqualTo(seconds(NOON - DAY_MS) + 5);
    }

    @Test
    void clockSetForwardAndRight_lastsaveGoesWithIt() throws IOException {
        shards.clean(2);
        clock.set(NOON + DAY_MS);
        assertThat(lastSave()).isEqualTo(seconds(NOON + DAY_MS));
        clock.set(NOON);
        clock.pass(1);
        assertThat(lastSave()).isEqualTo(seconds(NOON) + 1);
    }

    @Test
    void clockSetBackAndForward_uptimeAndAgesGoOn() throws IOException {
        for (long set : new long[] {NOON - DAY_MS, NOON + DAY_MS}) {
            clock.set(set);
            clock.pass(5);
            assertThat(field("server", "uptime_in_days")).isZero();
            assertThat(client.ask("CLIENT", "INFO")).contains(" idle=0 ");
        }
        assertThat(field("server", "uptime_in_seconds")).isEqualTo(20);
        assertThat(client.ask("CLIENT", "INFO")).contains(" age=20 ");
    }

    private long lastSave() throws IOException {
        return Long.parseLong(client.ask("LASTSAVE").substring(1));
    }

    private long field(String section, String name) throws IOException {
        return Long.parseLong(client.ask("INFO", section)
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElseThrow());
    }

    private static long seconds(long epochMillis) {
        return epochMillis / 1_000;
    }
}
