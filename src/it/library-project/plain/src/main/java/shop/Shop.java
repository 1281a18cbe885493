package shop;

import static shop.Steps.await;
import static shop.Steps.check;

import io.tidemark.checkpoint.CheckpointAddresses;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.Checkpointers;
import io.tidemark.checkpoint.DirtyCounter;
import io.tidemark.checkpoint.SyncFailure;
import io.tidemark.pressure.PressureEvent;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Two stores of two shards each: requests syncs, receives pressure events, changes options, undeploys. Exit code 0 if every check held. */
public final class Shop {
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        Vertx vertx = Vertx.vertx();
        BlockingQueue<JsonObject> pressure = new LinkedBlockingQueue<>();
        vertx.eventBus().<JsonObject>consumer(PressureEvent.ADDRESS, event -> pressure.add(event.body()));

        List<Shelf> orders = shelves(vertx, directory, "orders");
        List<Shelf> users = shelves(vertx, directory, "users");
        CheckpointOptions hourly =
                new CheckpointOptions().setIntervalMs(3_600_000).setNode("shop-1");
        Checkpointers ordersCheckpointers = await(Checkpointers.deploy(vertx, "orders", hourly, orders));
        Checkpointers usersCheckpointers = await(Checkpointers.deploy(vertx, "users", hourly, users));

        orders.get(1).put(new byte[100]);
        orders.get(1).put(new byte[100]);
        users.get(1).put(new byte[100]);
        JsonObject synced = sync(vertx, CheckpointAddresses.sync("orders", 1));
        check("sync of orders 1", synced.getLong("durable_index") == 2 && orders.get(1).durable == 2);
        check("shard 1 of users is not forced by it", users.get(1).durable == 0);
        JsonObject all = sync(vertx, CheckpointAddresses.syncAll("users"));
        check("sync of users", all.getJsonArray("shards").size() == 2 && users.get(1).durable == 1);
        check("sync in Java", await(usersCheckpointers.syncNow()).size() == 2);

        users.get(0).put(new byte[100]);
        await(usersCheckpointers.reconfigure(
                new CheckpointOptions().setIntervalMs(50).setIdleMs(0)));
        for (int i = 0; i < 500 && users.get(0).durable == 0; i++) {
            Thread.sleep(20);
        }
        check("a tick of the new interval", users.get(0).durable == 1);

        orders.get(0).failForce = true;
        orders.get(0).put(new byte[100]);
        try {
            sync(vertx, CheckpointAddresses.sync("orders", 0));
            check("a failed force fails the sync", false);
        } catch (ExecutionException failed) {
            ReplyException why = (ReplyException) failed.getCause();
            check("code of a failed force", why.failureCode() == SyncFailure.FORCE_FAILED.code());
        }
        JsonObject event = pressure.poll(10, TimeUnit.SECONDS);
        check("pressure event", event != null && event.getString("reason").equals("FSYNC_FAILED"));
        System.out.println("received: " + event.encode());
        check(
                "the failed shard sheds writes",
                DirtyCounter.of(vertx, "orders", 0).shedding());
        check("the other shard does not", !DirtyCounter.of(vertx, "orders", 1).shedding());

        users.get(0).put(new byte[100]);
        await(usersCheckpointers.close());
        check("undeployed with everything durable", users.get(0).durable == 2);
        try {
            await(ordersCheckpointers.close());
            check("closing a store that is not durable fails", false);
        } catch (ExecutionException failed) {
            check("the failure names the shard", failed.getCause().getMessage().contains("store orders shard 0"));
        }
        await(vertx.close());
        System.out.println("the shop is closed; every check held");
    }

    private static List<Shelf> shelves(Vertx vertx, Path directory, String store) throws Exception {
        List<Shelf> shelves = new ArrayList<>();
        for (int shard = 0; shard < 2; shard++) {
            shelves.add(new Shelf(directory.resolve(store + "-" + shard), DirtyCounter.of(vertx, store, shard)));
        }
        return shelves;
    }

    private static JsonObject sync(Vertx vertx, String address) throws Exception {
        JsonObject deadline = new JsonObject().put("deadline_ms", 10_000);
        return await(vertx.eventBus().<JsonObject>request(address, deadline)).body();
    }
}
