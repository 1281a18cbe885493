package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.redis.protocol.Resp;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fields of INFO that monitoring and health checks read, and whether they can parse them. */
class InfoTest {
    private static final String PATH = "/srv/a,b=c:d\r\n100% \u2028e/日本";

    private final MemoryShards shards = MemoryShards.immediate(4);
    private final SettableClock clock = new SettableClock(1_700_000_000_000L);
    private final RunningServer server = new RunningServer(
            shards, new RedisOptions(), new ServerFacts("0.1.0-test", clock.now(), Path.of(PATH), Map::of), clock);
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
    void replication_isThatOfAMasterWithoutReplicas() throws IOException {
        client.send(Resp.bytes("info replication\r\n"));
        assertThat(client.reply())
                .startsWith("$# Replication\r\nrole:master\r\nconnected_slaves:0\r\n")
                .containsPattern("master_replid:[0-9a-f]{40}\r\n")
                .contains(
                        "master_failover_state:no-failover\r\n",
                        "master_repl_offset:0\r\n",
                        "repl_backlog_active:0\r\n");
    }

    /** Those that redis_exporter, Datadog, Telegraf and client libraries look up. */
    @ParameterizedTest
    @CsvSource({
        "server, redis_version, 7\\.0\\.0",
        "server, redis_mode, standalone",
        "server, run_id, [0-9a-f]{40}",
        "server, process_id, [0-9]+",
        "server, uptime_in_seconds, 0",
        "server, server_time_usec, 1700000000000000",
        "clients, connected_clients, 1",
        "clients, maxclients, 10000",
        "clients, blocked_clients, 0",
        "clients, tracking_clients, 0",
        "memory, used_memory, [0-9]+",
        "memory, total_system_memory, [1-9][0-9]+",
        "memory, maxmemory, 0",
        "memory, maxmemory_policy, noeviction",
        "persistence, loading, 0",
        "persistence, rdb_changes_since_last_save, 20",
        "persistence, rdb_bgsave_in_progress, 0",
        "persistence, rdb_last_bgsave_status, ok",
        "persistence, aof_enabled, 1",
        "persistence, aof_rewrite_in_progress, 0",
        "persistence, aof_last_bgrewrite_status, ok",
        "persistence, aof_last_write_status, ok",
        "stats, expired_keys, 0",
        "stats, evicted_keys, 0",
        "stats, keyspace_hits, 0",
        "stats, keyspace_misses, 0",
        "stats, pubsub_channels, 0",
        "stats, latest_fork_usec, 0",
        "stats, sync_full, 0",
        "cluster, cluster_enabled, 0",
    })
    void section_hasTheFieldsThatMonitoringReads(String section, String field, String value) throws IOException {
        assertThat(fields(client.ask("INFO", section)).get(field)).matches(value);
    }

    @Test
    void valuesOfAnyText_areReadByEveryKindOfParser() throws IOException {
        client.ask("SET", "a", "1");
        shards.level(PressureLevel.SHED);
        String info = client.ask("INFO").substring(1);
        for (String line : info.lines().toList()) {
            if (line.isEmpty() || line.startsWith("# ")) {
                continue;
            }
            assertThat(line.split(":", -1)).as(line).hasSize(2);
            String value = line.substring(line.indexOf(':') + 1);
            assertThat(value).as(line).isEqualTo(value.strip());
            if (value.contains(",") || value.contains("=")) {
                assertThat(value.split(",", -1)).as(line).allSatisfy(each -> assertThat(each.split("=", -1))
                        .hasSize(2));
            }
        }
        assertThat(fields(info).get("data_dir"))
                .isEqualTo("/srv/a%2Cb%3Dc%3Ad%0D%0A100%25 %E2%80%A8e/日本".replace("日本", utf8("日本")));
        assertThat(info.lines().filter(line -> line.startsWith("shard3:")))
                .singleElement()
                .asString()
                .endsWith(",detail=disk%0Afull");
    }

    @Test
    void helloAndInfo_sayTheSameVersion() throws IOException {
        String version = fields(client.ask("INFO", "server")).get("redis_version");
        assertThat(client.ask("HELLO", "2")).contains("$version, $" + version + ", ");
        assertThat(fields(client.ask("INFO", "server")).get("tidemark_version")).isEqualTo("0.1.0-test");
    }

    @Test
    void keysFoundAndNotFound_areCounted() throws IOException {
        client.ask("MSET", "a", "1", "b", "2");
        client.ask("GET", "a");
        client.ask("GET", "none");
        client.ask("MGET", "a", "b", "none", "nowhere", "never");
        client.ask("EXISTS", "a", "a", "none");
        client.ask("INCR", "new");
        client.ask("DEL", "none");
        Map<String, String> stats = fields(client.ask("INFO", "stats"));
        assertThat(List.of(stats.get("keyspace_hits"), stats.get("keyspace_misses")))
                .containsExactly("5", "5");
    }

    @Test
    void runId_isAnotherAtEachStart() throws IOException {
        try (RunningServer other = new RunningServer(MemoryShards.immediate(1));
                RawClient asking = other.client()) {
            assertThat(fields(asking.ask("INFO", "server")).get("run_id"))
                    .isNotEqualTo(fields(client.ask("INFO", "server")).get("run_id"));
        }
    }

    private static Map<String, String> fields(String info) {
        Map<String, String> fields = new HashMap<>();
        Arrays.stream(info.split("\r\n", -1))
                .filter(line -> line.contains(":"))
                .forEach(line -> fields.put(line.split(":", 2)[0], line.split(":", 2)[1]));
        return fields;
    }

    /** The text as {@link RawClient} reads it: one character per byte. */
    private static String utf8(String text) {
        return Resp.text(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
