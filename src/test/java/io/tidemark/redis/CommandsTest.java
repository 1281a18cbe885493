package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.redis.command.CommandSpec;
import io.tidemark.redis.protocol.Resp;
import io.tidemark.shard.Command;
import io.tidemark.shard.Result;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The replies of each command, over a socket. */
class CommandsTest {

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
        server.close();
    }

    @Test
    void ping_everyForm_answers() throws IOException {
        assertThat(client.ask("PING")).isEqualTo("+PONG");
        assertThat(client.ask("pInG", "hey")).isEqualTo("$hey");
        assertThat(client.ask("ECHO", "you")).isEqualTo("$you");
        client.send(Resp.bytes("PING\r\n"));
        assertThat(client.reply()).isEqualTo("+PONG");
    }

    @Test
    void setGetDel_pipelined_answerInOrder() throws IOException {
        client.send(Resp.join(
                Resp.request("SET", "a", "1"),
                Resp.request("GET", "a"),
                Resp.request("PING"),
                Resp.request("GET", "none"),
                Resp.request("set", "b", ""),
                Resp.request("get", "b"),
                Resp.request("STRLEN", "a"),
                Resp.request("EXISTS", "a", "a", "none"),
                Resp.request("DEL", "a", "a", "none")));
        assertThat(client.replies(9)).containsExactly("+OK", "$1", "+PONG", "(nil)", "+OK", "$", ":1", ":2", ":1");
    }

    @Test
    void manyKeys_overAllShards_areAllFound() throws IOException {
        String[] mset = new String[201];
        String[] mget = new String[102];
        mset[0] = "MSET";
        mget[0] = "MGET";
        StringBuilder expected = new StringBuilder("[");
        for (int i = 0; i < 100; i++) {
            mset[2 * i + 1] = "key:" + i;
            mset[2 * i + 2] = "value:" + i;
            mget[i + 1] = "key:" + i;
            expected.append("$value:").append(i).append(", ");
        }
        mget[101] = "none";
        assertThat(client.ask(mset)).isEqualTo("+OK");
        assertThat(client.ask(mget)).isEqualTo(expected + "(nil)]");
        assertThat(client.ask("DBSIZE")).isEqualTo(":100");
        mget[0] = "EXISTS";
        assertThat(client.ask(mget)).isEqualTo(":100");
        mget[0] = "DEL";
        assertThat(client.ask(mget)).isEqualTo(":100");
        assertThat(client.ask("DBSIZE")).isEqualTo(":0");
    }

    @Test
    void counters_countAndRefuseToOverflow() throws IOException {
        assertThat(client.ask("INCR", "n")).isEqualTo(":1");
        assertThat(client.ask("INCRBY", "n", "-11")).isEqualTo(":-10");
        assertThat(client.ask("DECR", "n")).isEqualTo(":-11");
        assertThat(client.ask("DECRBY", "n", "-9223372036854775807")).isEqualTo(":9223372036854775796");
        assertThat(client.ask("INCRBY", "n", "9223372036854775807"))
                .isEqualTo("-ERR increment or decrement would overflow");
        assertThat(client.ask("SET", "n", "-9223372036854775807")).isEqualTo("+OK");
        assertThat(client.ask("DECR", "n")).isEqualTo(":-9223372036854775808");
        assertThat(client.ask("SET", "n", "x")).isEqualTo("+OK");
        assertThat(client.ask("INCR", "n")).isEqualTo("-ERR value is not an integer or out of range");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SHED|shard 3: FSYNC_FAILED; retry in 5 s|-DISKPRESSURE shard 3: FSYNC_FAILED; retry in 5 s",
                "LOADING|shard 3 is recovering|-LOADING shard 3 is recovering",
                "STOPPED|shard 3 has been stopped|-ERR shard 3 has been stopped; the node is shutting down",
                "NO_MEMORY|shard 3: not carried out: Java heap space|-OOM shard 3: not carried out: Java heap space",
                "NOT_CARRIED_OUT|shard 3: not carried out: x|-ERR shard 3: not carried out: x",
                "OUTCOME_UNKNOWN|shard 3: log failed|-ERR outcome unknown: shard 3: log failed",
                "UNREADABLE|shard 3: bad checksum|-ERR unreadable: shard 3: bad checksum",
            })
    void failure_ofAShard_isAnErrorReply(Result.Kind kind, String message, String reply) throws IOException {
        shards.answerWith(command -> new Result.Failure(kind, message));
        assertThat(client.ask("SET", "a", "1")).isEqualTo(reply);
        assertThat(client.ask("GET", "a")).isEqualTo(reply);
        assertThat(client.ask("MGET", "a", "b", "c")).isEqualTo(reply);
        shards.answerWith(null);
        assertThat(client.ask("GET", "a")).isEqualTo("(nil)");
    }

    @Test
    void failure_withLineEnds_staysOneLine() throws IOException {
        shards.answerWith(command -> new Result.Failure(Result.Kind.SHED, "a\r\nb"));
        assertThat(client.ask("SET", "a", "1")).isEqualTo("-DISKPRESSURE a  b");
        assertThat(client.ask("PING")).isEqualTo("+PONG");
    }

    @Test
    void loading_onlyWhatNeedsNoDataIsAnswered() throws IOException {
        server.close();
        try (RunningServer loading = new RunningServer(shards, new RedisOptions(), 1, LoadingState.LOADING);
                RawClient early = loading.client()) {
            String refusal = "-LOADING Tidemark is loading the dataset in memory";
            assertThat(early.ask("GET", "a")).isEqualTo(refusal);
            assertThat(early.ask("PING")).isEqualTo(refusal);
            assertThat(early.ask("SAVE")).isEqualTo(refusal);
            assertThat(early.ask("DBSIZE")).isEqualTo(refusal);
            assertThat(early.ask("ECHO", "a")).isEqualTo("$a");
            assertThat(early.ask("HELLO")).startsWith("[$server, $tidemark");
            assertThat(early.ask("CLIENT", "ID")).isEqualTo(":1");
            assertThat(early.ask("INFO", "persistence")).contains("loading:1\r\n");
            loading.loading.set(LoadingState.READY);
            assertThat(early.ask("PING")).isEqualTo("+PONG");
            assertThat(early.ask("INFO", "persistence")).contains("loading:0\r\n");
        }
    }

    @Test
    void save_failing_saysWhy() throws IOException {
        shards.sync().fail("shard 2: No space left on device");
        assertThat(client.ask("SAVE"))
                .isEqualTo("-ERR not everything could be made durable: shard 2: No space left on device");
    }

    @Test
    void bgsave_whileOneRuns_isRefusedOrScheduled() throws IOException {
        assertThat(client.ask("BGSAVE")).isEqualTo("+Background saving started");
        assertThat(client.ask("BGSAVE")).isEqualTo("-ERR Background save already in progress");
        assertThat(client.ask("BGSAVE", "SCHEDULE")).isEqualTo("+Background saving scheduled");
        assertThat(shards.syncs()).isEqualTo(1);
        shards.sync().complete();
        assertThat(client.ask("BGSAVE")).isEqualTo("+Background saving started");
    }

    @Test
    void lastsave_ofDirtyShards_isTheOldestCheckpoint() throws IOException {
        assertThat(client.ask("LASTSAVE")).isEqualTo(":1700000000");
        shards.clean(1);
        assertThat(client.ask("LASTSAVE")).as("the second shard's").isEqualTo(":1700000001");
    }

    @Test
    void lastsave_idleNode_movesOnForWhoeverPollsItAfterABgsave() throws IOException {
        shards.clean(4);
        long before = lastSave();
        assertThat(before).isBetween(seconds() - 5, seconds());
        assertThat(client.ask("BGSAVE")).isEqualTo("+Background saving started");
        shards.sync().complete();
        RunningServer.until(() -> lastSave() > before);
        String info = client.ask("INFO", "persistence");
        assertThat(info.lines().filter(line -> line.startsWith("rdb_last_save_time:")))
                .singleElement()
                .satisfies(line ->
                        assertThat(Long.parseLong(line.split(":", 2)[1])).isBetween(before + 1, seconds()));
        shards.clean(3);
        long last = lastSave();
        assertThat(last)
                .as("stands still from the write on, and is not what it was long ago")
                .isGreaterThan(before);
        RunningServer.until(() -> seconds() > last + 1);
        assertThat(lastSave()).isEqualTo(last);
    }

    private long lastSave() throws IOException {
        return Long.parseLong(client.ask("LASTSAVE").substring(1));
    }

    private static long seconds() {
        return System.currentTimeMillis() / 1_000;
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHUTDOWN", "SHUTDOWN SAVE", "shutdown nosave", "SHUTDOWN NOSAVE NOW FORCE"})
    void shutdown_beginsTheStopOnceAndDoesNotAnswer(String command) throws IOException {
        client.send(Resp.join(
                Resp.request("SET", "a", "1"), Resp.request(command.split(" ", -1)), Resp.request("SET", "a", "2")));
        assertThat(client.reply()).isEqualTo("+OK");
        RunningServer.until(() -> server.shutdowns.get() == 1);
        try (RawClient other = server.client()) {
            assertThat(other.ask("SHUTDOWN", "ABORT"))
                    .isEqualTo("-ERR The shutdown can't be aborted: shards are being closed");
            other.send("SHUTDOWN");
        }
        server.close();
        assertThat(client.isClosedByServer()).isTrue();
        assertThat(server.shutdowns).hasValue(1);
        assertThat(shards.submissions()).isEqualTo(1);
    }

    @Test
    void hello_withoutVersion_isAMapAsAnArray() throws IOException {
        assertThat(client.ask("HELLO", "2", "SETNAME", "me"))
                .isEqualTo("[$server, $tidemark, $version, $7.0.0, $proto, :2, $id, :1, $mode, $standalone, $role,"
                        + " $master, $modules, []]");
        assertThat(client.ask("CLIENT", "GETNAME")).isEqualTo("$me");
    }

    @Test
    void client_nameAndLibrary_areRemembered() throws IOException {
        assertThat(client.ask("CLIENT", "GETNAME")).isEqualTo("(nil)");
        assertThat(client.ask("CLIENT", "SETNAME", "batch-7")).isEqualTo("+OK");
        assertThat(client.ask("CLIENT", "SETINFO", "LIB-NAME", "jedis")).isEqualTo("+OK");
        assertThat(client.ask("CLIENT", "SETINFO", "lib-ver", "5.2")).isEqualTo("+OK");
        assertThat(client.ask("CLIENT", "NO-EVICT", "on")).isEqualTo("+OK");
        assertThat(client.ask("CLIENT", "INFO"))
                .contains("id=1 ", " name=batch-7 ", " lib-name=jedis ", " lib-ver=5.2\n", " cmd=client|info ");
        assertThat(client.ask("RESET")).isEqualTo("+RESET");
        assertThat(client.ask("CLIENT", "GETNAME")).isEqualTo("(nil)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CLIENT", "CONFIG", "COMMAND"})
    void help_listsExactlyTheSupportedSubcommands(String command) throws IOException {
        String help = client.ask(command, "HELP");
        assertThat(help)
                .startsWith("[+" + command + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:, +")
                .endsWith(", +HELP, +    Print this help.]")
                .isEqualTo(client.ask(command.toLowerCase(Locale.ROOT), "help"));
        String[] lines = help.substring(2, help.length() - 1).split(", \\+", -1);
        for (int i = 1; i < lines.length; i += 2) {
            String subcommand = lines[i].split(" ", -1)[0];
            assertThat(lines[i + 1]).as(lines[i]).startsWith("    ");
            if (!subcommand.equals("(no")) {
                assertThat(client.ask(command, subcommand)).as(lines[i]).doesNotContain("unknown subcommand");
            }
        }
    }

    @Test
    void config_globs_findToolsKeysAndTheNodesOwn() throws IOException {
        assertThat(client.ask("CONFIG", "GET", "save")).isEqualTo("[$save, $]");
        assertThat(client.ask("CONFIG", "GET", "appendonly")).isEqualTo("[$appendonly, $yes]");
        assertThat(client.ask("CONFIG", "GET", "CHECKPOINT.*", "max[a-l]*s"))
                .isEqualTo("[$checkpoint.interval_ms, $10000, $maxclients, $10000]");
        assertThat(client.ask("CONFIG", "GET", "nothing")).isEqualTo("[]");
        assertThat(client.ask("CONFIG", "GET", "*"))
                .contains("$dir, $/var/lib/tidemark")
                .doesNotContain("secret");
        assertThat(client.ask("CONFIG", "GET", "redis.*")).isEqualTo("[$redis.allow_no_password, $false]");
    }

    @Test
    void command_describesCommands() throws IOException {
        int count = server.server().commands().all().size();
        assertThat(client.ask("COMMAND", "COUNT")).isEqualTo(":" + count);
        assertThat(client.ask("COMMAND", "DOCS")).isEqualTo("[]");
        assertThat(client.ask("COMMAND", "INFO", "Get", "none"))
                .isEqualTo("[[$get, :2, [+readonly, +fast], :1, :1, :1, [], [], [], []], (nil)]");
        assertThat(client.ask("COMMAND", "LIST")).startsWith("[$get, $set, $del");
        assertThat(client.ask("COMMAND").split("\\[\\$", -1)).hasSize(count + 1);
    }

    /** What a client library, and the refusal after a SELECT, go by. */
    @Test
    void table_commandsOnKeys_areMarkedAsWhatTheirShardIsAsked() throws IOException {
        List<Command> asked = new CopyOnWriteArrayList<>();
        shards.answerWith(command -> {
            asked.add(command);
            return null;
        });
        for (CommandSpec command : server.server().commands().all()) {
            if (command.firstKey() > 0) {
                asked.clear();
                assertThat(client.ask(onOneShard(command))).as(command.name()).doesNotStartWith("-");
                assertThat(asked).as(command.name()).hasSize(1);
                boolean writes = asked.get(0) instanceof Command.Write;
                assertThat(command.flags().contains("write")).as(command.name()).isEqualTo(writes);
                assertThat(command.flags().contains("readonly"))
                        .as(command.name())
                        .isEqualTo(!writes);
            }
        }
    }

    /** A request with as many keys as the table allows, up to two, all of one slot; every other argument is 1. */
    private static String[] onOneShard(CommandSpec command) {
        int length = command.lastKey() < 0 ? 1 + 2 * command.keyStep() : Math.abs(command.arity());
        String[] request = new String[length];
        Arrays.fill(request, "1");
        request[0] = command.name();
        int lastKey = command.lastKey() < 0 ? length + command.lastKey() : command.lastKey();
        for (int i = command.firstKey(); i <= lastKey; i += command.keyStep()) {
            request[i] = command.name() + i + "{a}";
        }
        return request;
    }

    @Test
    void info_allSections_showTheState() throws IOException {
        client.ask("SET", "a", "1");
        shards.level(PressureLevel.SHED);
        assertThat(client.ask("INFO"))
                .contains("# Server\r\nredis_version:7.0.0\r\n")
                .contains("tidemark_version:0.1.0-test\r\n", "tcp_port:" + server.port() + "\r\n")
                .contains("\r\n\r\n# Clients\r\nconnected_clients:1\r\n")
                .contains("rdb_bgsave_in_progress:0\r\n", "rdb_last_save_time:1700000000\r\n")
                .contains("rdb_last_bgsave_status:ok\r\n", "aof_enabled:1\r\n", "dirty_bytes:400\r\n")
                .contains("rdb_changes_since_last_save:20\r\n")
                .contains("shard1:phase=serving,keys=", ",applied_index=11,durable_index=7,dirty_bytes=100,")
                .contains(",pressure=shed,reasons=LOW_SPACE,since=0,quarantined_files=0,detail=disk%0Afull\r\n")
                .contains("volume_data:free_bytes=400,total_bytes=1000,ballast_bytes=10,shed_free_bytes=100,")
                .contains("total_connections_received:1\r\n")
                .contains("# Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\n");
        assertThat(client.ask("INFO", "KEYSPACE", "clients"))
                .startsWith("$# Clients\r\n")
                .contains("# Keyspace")
                .doesNotContain("# Server");
        assertThat(client.ask("INFO", "nothing")).isEqualTo("$");
    }
}
