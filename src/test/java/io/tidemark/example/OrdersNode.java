package io.tidemark.example;

// library.md:begin
import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.checkpoint.CheckpointAddresses;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.CheckpointTarget;
import io.tidemark.checkpoint.Checkpointers;
import io.tidemark.checkpoint.DirtyCounter;
import io.tidemark.pressure.PressureEvent;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A data node of two shards, each one plain file of JSON lines; one checkpointer per shard makes them durable. */
public final class OrdersNode extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(OrdersNode.class);
    private static final String STORE = "orders";
    private static final int SHARDS = 2;

    private final List<Shard> shards = new ArrayList<>();
    private WorkerExecutor writer; // one thread, the only one that writes
    private MessageConsumer<JsonObject> puts;

    @Override
    public Future<?> start() {
        writer = vertx.createSharedWorkerExecutor("orders-writer", 1);
        return writer.executeBlocking(this::open, false)
                .compose(opened -> Checkpointers.deploy(vertx, STORE, options(config()), shards))
                .onSuccess(this::listen)
                .recover(why -> close().transform(closed -> Future.failedFuture(why)));
    }

    private void listen(Checkpointers checkpointers) {
        EventBus bus = vertx.eventBus();
        bus.<JsonObject>consumer(PressureEvent.ADDRESS, event -> LOG.warn("disk pressure: {}", event.body()));
        puts = bus.localConsumer("orders.put", request -> answer(request, this::put));
        bus.<JsonObject>localConsumer(
                "orders.configure",
                request -> answer(
                        request,
                        config -> checkpointers.reconfigure(options(config)).map(new JsonObject())));
        // with vertx-config: CheckpointReload.bind(vertx, retriever, "checkpoint", checkpointers)
    }

    private static CheckpointOptions options(JsonObject config) {
        return new CheckpointOptions(config.getJsonObject("checkpoint", new JsonObject()));
    }

    /** A handler that throws sends no reply, and its caller waits in vain; so every path ends in one. */
    private static void answer(Message<JsonObject> request, Function<JsonObject, Future<JsonObject>> work) {
        Future.succeededFuture(request)
                .map(Message::body)
                .compose(work)
                .onSuccess(request::reply)
                .onFailure(why -> request.fail(500, String.valueOf(why.getMessage())));
    }

    private Future<JsonObject> put(JsonObject order) {
        Shard shard = shards.get(Math.floorMod(order.getString("item").hashCode(), SHARDS));
        if (shard.dirty.shedding()) { // before anything is written; reads may go on
            return Future.failedFuture("disk pressure");
        }
        return writer.executeBlocking(() -> shard.append(order), false)
                .map(index -> new JsonObject().put("shard", shard.number).put("index", index));
    }

    private Void open() throws IOException { // off the event loop, as everything that touches a disk
        Path directory = Path.of(config().getString("directory"));
        for (int number = 0; number < SHARDS; number++) {
            shards.add(new Shard(number, directory, writer, DirtyCounter.of(vertx, STORE, number)));
        }
        return null;
    }

    /** Vert.x stops children first: the checkpointers have drained and forced every shard by now. */
    @Override
    public Future<?> stop() {
        return puts.unregister().eventually(this::close); // or requests would be queued that nobody answers
    }

    private Future<Void> close() {
        return writer.executeBlocking(
                () -> {
                    for (Shard shard : shards) {
                        shard.data.close();
                    }
                    return null;
                },
                false);
    }

    /** One shard. {@code DATA} is appended to, {@code POSITION} says how much of it is durable. */
    static final class Shard implements CheckpointTarget {
        /** How far the file reaches after a whole record; what a generation captures. */
        record Position(long index, long length, long bytes) implements Capture {
            @Override
            public int files() {
                return 1;
            }
        }

        final int number;
        final DirtyCounter dirty;
        private final Path directory;
        private final WorkerExecutor writer;
        private final FileChannel data; // what was written through it is forced through it: open until the end
        private volatile Position applied;
        private volatile Position durable;
        private boolean draining; // the writer's

        Shard(int number, Path parent, WorkerExecutor writer, DirtyCounter dirty) throws IOException {
            this.number = number;
            this.dirty = dirty;
            this.writer = writer;
            directory = Files.createDirectories(parent.resolve("shard-" + number));
            forceDirectory(parent);
            Path file = directory.resolve("POSITION");
            String[] saved = Files.exists(file) ? Files.readString(file).split(" ") : new String[] {"0", "0"};
            applied = durable = new Position(Long.parseLong(saved[0]), Long.parseLong(saved[1]), 0);
            data = FileChannel.open(
                    directory.resolve("DATA"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            if (data.size() < durable.length()) {
                throw new IOException(directory + ": DATA is shorter than what was durable; restore it from a copy");
            }
            data.truncate(durable.length()); // the rest was never durable; here a log is replayed from index + 1
        }

        /** Appends one record; on the writer's thread. The order matters: written, published, marked, answered. */
        long append(JsonObject record) throws IOException {
            if (draining) {
                throw new IOException("shard " + number + " is being stopped");
            }
            // a log is forced here, if an answer is to survive a power cut by itself
            ByteBuffer line = UTF_8.encode(record.encode() + "\n");
            Position before = applied;
            long end = before.length();
            while (line.hasRemaining()) {
                end += data.write(line, end); // page cache; a full disk writes some before it throws
            }
            Position after = new Position(before.index() + 1, end, end - durable.length());
            applied = after;
            dirty.mark(after.index(), end - before.length());
            return after.index();
        }

        @Override
        public Position capture() {
            return applied;
        }

        /** On a worker thread. If any step throws, the library never calls this again to make up for it. */
        @Override
        public void force(Capture captured) throws IOException {
            data.force(false);
            forceDirectory(directory);
            Position position = (Position) captured; // not what has been applied meanwhile
            Path fresh = directory.resolve("POSITION.new");
            Files.deleteIfExists(fresh);
            try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer text = UTF_8.encode(position.index() + " " + position.length());
                while (text.hasRemaining()) {
                    out.write(text);
                }
                out.force(true);
            }
            Files.move(fresh, directory.resolve("POSITION"), StandardCopyOption.ATOMIC_MOVE);
            forceDirectory(directory);
        }

        @Override
        public void completed(Capture captured) {
            durable = (Position) captured; // here a log may forget what is not above captured.index()
        }

        /** Refuses what comes from now on; done when what came before has been written. */
        @Override
        public Future<Void> drain() {
            return writer.executeBlocking(
                    () -> {
                        draining = true;
                        return null;
                    },
                    false);
        }

        private static void forceDirectory(Path directory) throws IOException {
            try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
                names.force(true);
            }
        }
    }

    /** Starts a node, puts an order, waits until it is on disk, ticks faster from then on, stops. */
    static Future<Void> visit(Vertx vertx, String directory) {
        JsonObject config = new JsonObject()
                .put("directory", directory)
                .put("checkpoint", new JsonObject().put("interval_ms", 5_000).put("max_delay_ms", 60_000));
        JsonObject faster = new JsonObject().put("checkpoint", new JsonObject().put("interval_ms", 500));
        JsonObject withinFiveSeconds = new JsonObject().put("deadline_ms", 5_000);
        return vertx.deployVerticle(new OrdersNode(), new DeploymentOptions().setConfig(config))
                .compose(node -> vertx.eventBus()
                        .<JsonObject>request("orders.put", new JsonObject().put("item", "tea"))
                        .map(put -> CheckpointAddresses.sync(STORE, put.body().getInteger("shard")))
                        .compose(sync -> vertx.eventBus().<JsonObject>request(sync, withinFiveSeconds))
                        .onSuccess(
                                done -> LOG.info("on disk up to {}", done.body().getLong("durable_index")))
                        .compose(done -> vertx.eventBus().request("orders.configure", faster))
                        .compose(done -> vertx.undeploy(node)));
    }
}
// library.md:end
