package io.tidemark.admin;

import io.tidemark.shard.ShardStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether clients should be sent to a node.
 *
 * @param reasons why not, for people; empty if they should
 */
record Readiness(List<String> reasons) {

    /** Decides by the node's phase and each shard's state. */
    static Readiness of(NodePhase phase, List<ShardStatus> shards) {
        return new Readiness(
                switch (phase) {
                    case OPENING -> List.of("the data files are being opened");
                    case RECOVERING -> List.of(recovering(shards));
                    case STOPPING -> List.of("the node is being stopped");
                    case SERVING -> refusing(shards);
                });
    }

    boolean ready() {
        return reasons.isEmpty();
    }

    private static String recovering(List<ShardStatus> shards) {
        return ReplayText.of(shards.stream().map(ShardStatus::recovery).toList());
    }

    private static List<String> refusing(List<ShardStatus> shards) {
        List<String> reasons = new ArrayList<>();
        for (ShardStatus shard : shards) {
            if (shard.refusesWrites()) {
                String name = "shard " + shard.shard();
                String detail = shard.detail().isEmpty()
                        ? shard.phase().name().toLowerCase(Locale.ROOT) + ", pressure " + shard.level()
                        : shard.detail();
                reasons.add(detail.startsWith(name) ? detail : name + ": " + detail);
            }
        }
        return reasons;
    }
}
