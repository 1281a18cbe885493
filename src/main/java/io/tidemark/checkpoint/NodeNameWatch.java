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
 * Detects another node of the cluster with the same name: their addresses are the same, so requests by that name reach either,
 * in turns. Each node announces itself at its start, and periodically, in case the two join later. A node that receives its own
 * name from another instance reports that once and announces itself again. On one event loop.
 */
final class NodeNameWatch {
    private static final Logger LOG = LoggerFactory.getLogger(NodeNameWatch.class);
    private static final long INITIAL_DELAY_MS = 1_000;
    private static final long PERIOD_MS = 30_000;

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

    /** Completes when it receives announcements. */
    Future<Void> start() {
        MessageConsumer<Object> listening = vertx.eventBus().consumer(address, this::received);
        consumer = listening;
        return listening.completion().onSuccess(done -> {
            timer = vertx.setPeriodic(INITIAL_DELAY_MS, PERIOD_MS, id -> announce());
            announce();
        });
    }

    Future<Void> stop() {
        vertx.cancelTimer(timer);
        MessageConsumer<Object> listening = consumer;
        return listening == null ? Future.succeededFuture() : listening.unregister();
    }

    private void announce() {
        vertx.eventBus().publish(address, mine.addTo(new JsonObject().put("store", store)));
    }

    private void received(Message<Object> message) {
        if (!(message.body() instanceof JsonObject announcement)
                || !(announcement.getValue("instance") instanceof String other)) {
            return;
        }
        if (other.equals(mine.instance()) || !others.add(other)) {
            return;
        }
        LOG.error(
                "store {}: another node of the cluster has this node's name `{}` (its instance is {}, this one's {}): requests by"
                        + " that name reach either node; give each node a unique checkpoint.node and restart it",
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
