package io.tidemark.checkpoint;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds another node of a cluster that has this one's name: their addresses are the same, and a request by that name is
 * answered by either, in turns. Each node says who it is at its start, and now and then, for two that met only later; whoever
 * hears its own name from another instance reports it, once, and says who it is itself. On one event loop.
 */
final class NodeNameWatch {
    private static final Logger LOG = LoggerFactory.getLogger(NodeNameWatch.class);
    private static final long FIRST_MS = 1_000;
    private static final long EVERY_MS = 30_000;

    private final Vertx vertx;
    private final NodeIdentity mine;
    private final String store;
    private final String address;
    private final Set<String> others = new HashSet<>();
    private @Nullable MessageConsumer<Object> consumer;
    private long timer;

    NodeNameWatch(Vertx vertx, NodeIdentity mine, String store) {
        this.vertx = vertx;
        this.mine = mine;
        this.store = store;
        this.address = CheckpointAddresses.node(mine.node(), store);
    }

    /** Completes when others can be heard; what comes of it is reported later. */
    Future<Void> start() {
        MessageConsumer<Object> hears = vertx.eventBus().consumer(address, this::heard);
        consumer = hears;
        return hears.completion().onSuccess(listening -> {
            timer = vertx.setPeriodic(FIRST_MS, EVERY_MS, id -> announce());
            announce();
        });
    }

    Future<Void> stop() {
        vertx.cancelTimer(timer);
        MessageConsumer<Object> hears = consumer;
        return hears == null ? Future.succeededFuture() : hears.unregister();
    }

    private void announce() {
        vertx.eventBus().publish(address, mine.addTo(new JsonObject().put("store", store)));
    }

    private void heard(Message<Object> message) {
        if (!(message.body() instanceof JsonObject said) || !(said.getValue("instance") instanceof String other)) {
            return;
        }
        if (other.equals(mine.instance()) || !others.add(other)) {
            return;
        }
        LOG.error(
                "store {}: another node of the cluster has the name `{}` of this one (its instance is {}, here {}): a request"
                        + " by that name reaches either of them; give each node a checkpoint.node of its own, and restart it",
                store,
                mine.node(),
                other,
                mine.instance());
        vertx.eventBus()
                .publish(
                        CheckpointAddresses.duplicateNode(store),
                        mine.addTo(new JsonObject().put("store", store).put("other_instance", other)));
        announce();
    }
}
