package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.it.disk.Shim;
import io.tidemark.it.disk.Shim.Call;
import io.tidemark.it.disk.Shim.Errno;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** I5, I8: a force that failed costs the node a shard's writes, or its log the node, and no acknowledged write. */
@Timeout(60)
@SuppressWarnings("NullAway.Init")
class FailedForceIT {
    private static final int SHARDS = 4;
    private static final int STRUCK = 1;
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @TempDir
    Path dir;

    private Shim shim;

    @BeforeEach
    void compile() throws IOException {
        shim = Shim.in(dir.resolve("shim"));
    }

    private NodeProcess.Builder node() {
        return NodeProcess.in(dir.resolve("data"))
                .shim(shim)
                .set("shards", Integer.toString(SHARDS))
                .set("checkpoint.interval_ms", "600000");
    }

    private static String counter(int shard) {
        return NodeInfo.key("n", shard, SHARDS);
    }

    private static long increment(RespClient client, int shard) throws IOException {
        return Long.parseLong(String.valueOf(client.text("INCR", counter(shard))));
    }

    @ParameterizedTest
    @EnumSource(names = {"EIO", "ENOSPC"})
    void forceOfOneShardsData_fails_shedsThatShardAloneAndLosesNothing(Errno errno) throws IOException {
        long[] acknowledged = new long[SHARDS];
        Shim.Order failing;
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            for (int i = 0; i < 40; i++) {
                acknowledged[i % SHARDS] = increment(client, i % SHARDS);
            }
            failing = shim.on("*/shard-000" + STRUCK + "/data/*.data", Call.FDATASYNC)
                    .error(errno);
            assertThat(client.call("SAVE")).isInstanceOf(RespClient.Failure.class);
            assertThat(failing.strikes()).as("the control").isPositive();
            for (int shard = 0; shard < SHARDS; shard++) {
                Object reply = client.call("INCR", counter(shard));
                if (shard == STRUCK) {
                    assertThat(reply).isInstanceOf(RespClient.Failure.class);
                    assertThat(((RespClient.Failure) reply).message())
                            .startsWith("DISKPRESSURE shard " + STRUCK + ": FSYNC_FAILED");
                } else {
                    acknowledged[shard]++;
                    assertThat(reply).isEqualTo(acknowledged[shard]);
                }
                assertThat(client.get(counter(shard))).as("reads go on").isEqualTo("" + acknowledged[shard]);
            }
            assertThat(node.stop()).as(node.stderr()).isEqualTo(6);
            assertThat(node.stderr()).contains("shard " + STRUCK + " was not made durable");
        }
        failing.lift();
        assertCounters(acknowledged);
    }

    @ParameterizedTest
    @EnumSource(names = {"EIO", "ENOSPC"})
    void forceOfALog_fails_endsTheNodeAndLosesNothing(Errno errno) throws IOException {
        long[] acknowledged = new long[SHARDS];
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            for (int i = 0; i < 40; i++) {
                acknowledged[i % SHARDS] = increment(client, i % SHARDS);
            }
            Shim.Order failing = shim.on("*/shard-000" + STRUCK + "/log/*.log", Call.FDATASYNC)
                    .times(1)
                    .error(errno);
            for (int i = 0; i < 10 && node.isAlive(); i++) {
                try {
                    Object reply = client.call("INCR", counter(STRUCK));
                    assertThat(reply).as("attempt %d", i).isInstanceOf(RespClient.Failure.class);
                    assertThat(((RespClient.Failure) reply).message())
                            .startsWith(i == 0 ? "ERR outcome unknown" : "ERR ");
                } catch (EOFException | SocketException ended) {
                    break;
                }
            }
            assertThat(node.awaitExit(LIMIT)).as(node.stderr()).isEqualTo(5);
            assertThat(failing.strikes()).isEqualTo(1);
            assertThat(node.stderr()).contains("shard " + STRUCK + ": the log in ", " failed; whether entries after ");
        }
        assertCounters(acknowledged);
    }

    /** Of the struck shard's counter one more may be there: the write whose outcome was unknown. */
    private void assertCounters(long[] acknowledged) throws IOException {
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            for (int shard = 0; shard < SHARDS; shard++) {
                long most = acknowledged[shard] + (shard == STRUCK ? 1 : 0);
                assertThat(Long.parseLong(String.valueOf(client.get(counter(shard)))))
                        .as("counter of shard %d", shard)
                        .isBetween(acknowledged[shard], most);
            }
            assertThat(client.call("SAVE")).isEqualTo("OK");
            assertThat(node.stop()).as(node.stderr()).isZero();
        }
    }
}
