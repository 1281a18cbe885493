package io.tidemark.example;

// docs:begin
import static io.tidemark.files.AppendOnlyFiles.part;

import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.Checkpointers;
import io.tidemark.files.AppendOnlyFiles;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;

/** Orders and their customers, in two files. There is no log: an order is acknowledged when it is on disk. */
public final class Orders extends VerticleBase {
    private WorkerExecutor writer; // one thread, the only one that appends
    private AppendOnlyFiles files;
    private Checkpointers checkpointers;

    @Override
    public Future<?> start() {
        writer = vertx.createSharedWorkerExecutor("orders-writer", 1);
        return writer.executeBlocking(
                        () -> files = AppendOnlyFiles.open(Path.of(config().getString("directory"))), false)
                .compose(files -> Checkpointers.deploy(vertx, "orders", new CheckpointOptions(), List.of(files)))
                .onSuccess(deployed -> checkpointers = deployed)
                .onSuccess(deployed -> vertx.eventBus().consumer("orders.put", this::put));
    }

    private void put(Message<JsonObject> order) {
        Buffer line = order.body().toBuffer().appendString("\n");
        Buffer customer = Buffer.buffer(order.body().getString("customer") + "\n");
        writer.executeBlocking(() -> files.append(part("orders", line), part("customers", customer)), false)
                .compose(appended -> checkpointers.syncNow(0).map(appended)) // orders that wait share one force
                .onSuccess(appended -> order.reply(appended.position()))
                .onFailure(why -> order.fail(500, why.getMessage()));
    }

    @Override
    public Future<?> stop() {
        return checkpointers.close().eventually(() -> writer.executeBlocking(files::closed, false));
    }
}
// docs:end
