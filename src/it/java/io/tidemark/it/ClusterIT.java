package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.NetworkConfig;
import io.tidemark.checkpoint.CheckpointAddresses;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.Checkpointers;
import io.tidemark.checkpoint.DirtyCounter;
import io.tidemark.pressure.PressureEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;
import io.vertx.spi.cluster.hazelcast.ConfigUtil;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two clustered Vert.x instances, each with a store "orders" of one shard 0: a sync reaches the one that is meant. */
@Timeout(120)
class ClusterIT {
    private static final String HOST = "127.0.0.1";
    private static final DeliveryOptions SHORTLY = new DeliveryOptions().setSendTimeout(1_000);
    private static final String LOGGING = "hazelcast.logging.type";
    private static final CheckpointOptions NEVER_TICKING = new CheckpointOptions().setIntervalMs(3_600_000);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private static final List<Vertx> MEMBERS = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private Node a;

    @SuppressWarnings("NullAway.Init")
    private Node b;

    /** A clustered Vert.x with a checkpointed file. */
    private record Node(Vertx vertx, AppendedFile file, Checkpointers checkpointers) {
        Future<JsonObject> request(String address) {
            return request(new DeliveryOptions(), address);
        }

        Future<JsonObject> request(DeliveryOptions delivery, String address) {
            return vertx.eventBus()
                    .<JsonObject>request(address, new JsonObject().put("deadline_ms", 20_000), delivery)
                    .map(Message::body);
        }

        void append(int records) throws IOException {
            for (int i = 0; i < records; i++) {
                file.append(new byte[10], DirtyCounter.of(vertx, "orders", 0));
            }
        }
    }

    @BeforeAll
    static void formACluster() throws Exception {
        System.setProperty(LOGGING, "none");
        List<Integer> ports = freePorts();
        String cluster = "tidemark-" + UUID.randomUUID();
        for (int port : ports) {
            MEMBERS.add(await(Vertx.builder()
                    .with(new VertxOptions().setEventBusOptions(new EventBusOptions().setHost(HOST)))
                    .withClusterManager(new HazelcastClusterManager(hazelcast(cluster, port, ports)))
                    .buildClustered()));
        }
    }

    @AfterAll
    static void dissolveIt() throws Exception {
        for (Vertx member : MEMBERS) {
            await(member.close().otherwiseEmpty());
        }
        MEMBERS.clear();
        System.clearProperty(LOGGING);
    }

    @BeforeEach
    void deployBoth() throws Exception {
        a = deploy("a", MEMBERS.get(0));
        b = deploy("b", MEMBERS.get(1));
    }

    @AfterEach
    void closeBoth() throws Exception {
        for (Node node : List.of(a, b)) {
            await(node.checkpointers().close().otherwiseEmpty());
            node.file().close();
        }
    }

    private Node deploy(String name, Vertx vertx) throws Exception {
        AppendedFile file = new AppendedFile(directory.resolve(name));
        CheckpointOptions options =
                new CheckpointOptions(NEVER_TICKING).setNode(name).setClustered(true);
        return new Node(vertx, file, await(Checkpointers.deploy(vertx, "orders", options, List.of(file))));
    }

    /** Members on this machine only, found by address, without multicast. */
    private static Config hazelcast(String cluster, int port, List<Integer> ports) {
        Config config = ConfigUtil.loadConfig().setClusterName(cluster);
        config.setProperty(LOGGING, "none");
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.socket.bind.any", "false");
        config.setProperty("hazelcast.shutdownhook.enabled", "false");
        config.getMetricsConfig().setEnabled(false);
        config.getJetConfig().setEnabled(false);
        NetworkConfig network = config.getNetworkConfig().setPort(port).setPortAutoIncrement(false);
        network.getInterfaces().setEnabled(true).addInterface(HOST);
        JoinConfig join = network.getJoin();
        join.getMulticastConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true);
        ports.forEach(member -> join.getTcpIpConfig().addMember(HOST + ":" + member));
        return config;
    }

    private static List<Integer> freePorts() throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        try (ServerSocket one = new ServerSocket(0, 1, here);
                ServerSocket other = new ServerSocket(0, 1, here)) {
            return List.of(one.getLocalPort(), other.getLocalPort());
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static void assertNobodyThere(Future<JsonObject> request) {
        assertThat(failureType(request)).isEqualTo(ReplyFailure.NO_HANDLERS);
    }

    private static ReplyFailure failureType(Future<JsonObject> request) {
        AtomicReference<ReplyFailure> type = new AtomicReference<>();
        assertThatThrownBy(() -> await(request))
                .rootCause()
                .isInstanceOfSatisfying(ReplyException.class, why -> type.set(why.failureType()));
        return Objects.requireNonNull(type.get());
    }

    @Test
    void sync_byNodeOrPlain_reachesTheOneThatIsMeant() throws Exception {
        a.append(3);
        b.append(5);
        for (int i = 0; i < 10; i++) { // a round robin over both would be seen
            assertThat(await(a.request(CheckpointAddresses.sync("b", "orders", 0)))
                            .getLong("durable_index"))
                    .as("from a, by the name of b")
                    .isEqualTo(5);
        }
        assertThat(a.file().durableIndex()).as("a was not meant").isZero();

        for (int i = 0; i < 10; i++) {
            assertThat(await(a.request(CheckpointAddresses.sync("orders", 0))).getLong("durable_index"))
                    .as("from a, plain")
                    .isEqualTo(3);
            assertThat(await(b.request(CheckpointAddresses.sync("orders", 0))).getLong("durable_index"))
                    .as("from b, plain")
                    .isEqualTo(5);
        }
        a.append(1);
        JsonObject all = await(b.request(CheckpointAddresses.syncAll("a", "orders")));
        assertThat(all.getJsonArray("shards").getJsonObject(0).getLong("durable_index"))
                .as("from b, the whole store of a")
                .isEqualTo(4);
        assertNobodyThere(a.request(CheckpointAddresses.sync("c", "orders", 0)));
    }

    @Test
    void sync_storeThatIsNotClustered_isNotReachedFromElsewhere() throws Exception {
        try (AppendedFile file = new AppendedFile(directory.resolve("private"))) {
            CheckpointOptions named = new CheckpointOptions(NEVER_TICKING).setNode("b");
            Checkpointers own = await(Checkpointers.deploy(b.vertx(), "private", named, List.of(file)));
            assertNobodyThere(a.request(CheckpointAddresses.sync("private", 0)));
            assertNobodyThere(a.request(CheckpointAddresses.sync("b", "private", 0)));
            assertNobodyThere(a.request(CheckpointAddresses.syncAll("b", "private")));
            assertThat(await(b.request(CheckpointAddresses.sync("private", 0)))).isNotNull();
            await(own.close());
        }
    }

    @Test
    void events_ofTheOtherNode_carryItsName() throws Exception {
        BlockingQueue<JsonObject> heard = new LinkedBlockingQueue<>();
        for (String address : List.of(PressureEvent.ADDRESS, CheckpointAddresses.outcome("orders"))) {
            await(a.vertx()
                    .eventBus()
                    .<JsonObject>consumer(address, event -> heard.add(event.body()))
                    .completion());
        }
        String instanceOfB =
                await(b.request(CheckpointAddresses.sync("orders", 0))).getString("instance");
        assertThat(heard.poll(30, TimeUnit.SECONDS)).as("the outcome of that").isNotNull();
        b.append(1);
        b.file().breakDisk();
        assertThatThrownBy(() -> await(a.request(CheckpointAddresses.sync("b", "orders", 0))))
                .hasMessageContaining("Input/output error");
        for (int i = 0; i < 3; i++) { // shed, the outcome, failed
            JsonObject event = heard.poll(30, TimeUnit.SECONDS);
            assertThat(event).as("event " + i).isNotNull();
            assertThat(event.getString("node")).as(event.encode()).isEqualTo("b");
            assertThat(event.getString("instance")).as(event.encode()).isEqualTo(instanceOfB);
        }
    }

    @Test
    void close_clusteredStore_leavesItsAddresses() throws Exception {
        await(a.request(CheckpointAddresses.sync("b", "orders", 0)));
        await(b.checkpointers().close());
        assertNobodyThere(b.request(CheckpointAddresses.sync("orders", 0)));
        ReplyFailure last = failureType(a.request(SHORTLY, CheckpointAddresses.sync("b", "orders", 0)));
        for (int i = 0; i < 30 && last == ReplyFailure.TIMEOUT; i++) { // the other member learns of it a moment later
            last = failureType(a.request(SHORTLY, CheckpointAddresses.sync("b", "orders", 0)));
        }
        assertThat(last).isEqualTo(ReplyFailure.NO_HANDLERS);
    }

    /** Their addresses are the same: a request is answered by one of them, then by the other. */
    @Test
    void secondNodeOfAName_isReportedByBothAtOnce_andAnswersTellWhichItWas() throws Exception {
        List<BlockingQueue<JsonObject>> found = List.of(new LinkedBlockingQueue<>(), new LinkedBlockingQueue<>());
        for (int member = 0; member < 2; member++) {
            BlockingQueue<JsonObject> heard = found.get(member);
            MEMBERS.get(member)
                    .eventBus()
                    .<JsonObject>localConsumer(
                            CheckpointAddresses.duplicateNode("twice"), event -> heard.add(event.body()));
        }
        CheckpointOptions named =
                new CheckpointOptions(NEVER_TICKING).setNode("same").setClustered(true);
        List<String> instances = new ArrayList<>();
        List<Checkpointers> both = new ArrayList<>();
        List<AppendedFile> files = new ArrayList<>();
        for (Vertx member : MEMBERS) {
            AppendedFile file = new AppendedFile(directory.resolve("twice-" + files.size()));
            files.add(file);
            both.add(await(Checkpointers.deploy(member, "twice", named, List.of(file))));
            instances.add(
                    await(member.eventBus().<JsonObject>request(CheckpointAddresses.sync("twice", 0), new JsonObject()))
                            .body()
                            .getString("instance"));
        }
        assertThat(instances).doesNotHaveDuplicates().doesNotContainNull();
        for (int member = 0; member < 2; member++) {
            JsonObject event = found.get(member).poll(30, TimeUnit.SECONDS);
            assertThat(event).as("member " + member).isNotNull();
            assertThat(event.getString("node")).isEqualTo("same");
            assertThat(List.of(event.getString("instance"), event.getString("other_instance")))
                    .containsExactlyInAnyOrderElementsOf(instances);
        }
        for (int i = 0; i < 4; i++) {
            JsonObject answer = await(a.vertx()
                            .eventBus()
                            .<JsonObject>request(CheckpointAddresses.syncAll("same", "twice"), new JsonObject()))
                    .body();
            assertThat(answer.getString("node")).isEqualTo("same");
            assertThat(answer.getString("instance")).isIn(instances);
        }
        for (int member = 0; member < 2; member++) {
            await(both.get(member).close());
            files.get(member).close();
        }
    }
}
