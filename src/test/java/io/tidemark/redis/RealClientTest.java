package io.tidemark.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.redis.client.ProtocolVersion;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisAPI;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The server used through another project's client library. */
class RealClientTest {

    private static final io.tidemark.redis.RedisOptions PASSWORD =
            new io.tidemark.redis.RedisOptions().setPassword("secret");

    @Test
    void vertxRedisClient_withPassword_readsAndWrites() {
        try (RunningServer server = new RunningServer(MemoryShards.immediate(4), PASSWORD, 2)) {
            RedisOptions options = new RedisOptions()
                    .setConnectionString("redis://:secret@127.0.0.1:" + server.port() + "/0")
                    .setPreferredProtocolVersion(ProtocolVersion.RESP2);
            Redis redis = Redis.createClient(server.vertx(), options);
            RedisAPI api = RedisAPI.api(redis);
            assertThat(done(api.set(List.of("a", "1"))).toString()).isEqualTo("OK");
            assertThat(done(api.incrby("a", "41")).toInteger()).isEqualTo(42);
            assertThat(done(api.get("none"))).isNull();
            done(api.mset(List.of("b", "2", "c", "3", "d", "4")));
            assertThat(done(api.mget(List.of("d", "none", "a"))).toString()).isEqualTo("[4, null, 42]");
            assertThat(done(api.dbsize()).toInteger()).isEqualTo(4);
            assertThat(done(api.info(List.of("server"))).toString()).contains("tidemark_version");
            assertThatThrownBy(() -> done(api.set(List.of("a", "1", "EX", "10"))))
                    .hasStackTraceContaining("ERR SET option 'EX' is not supported yet");
            List<Future<Response>> pipelined = new ArrayList<>();
            RedisAPI connection = RedisAPI.api(done(redis.connect()));
            for (int i = 0; i < 2_000; i++) {
                pipelined.add(connection.incr("n"));
            }
            done(Future.all(pipelined));
            assertThat(done(api.get("n")).toInteger()).isEqualTo(2_000);
            redis.close();
        }
    }

    private static <T> T done(Future<T> future) {
        return RunningServer.await(future);
    }
}
