package io.tidemark.admin;

import io.tidemark.pressure.PressureLevel;
import io.tidemark.shard.ShardStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether a node is ready for clients.
 *
 * @param reasons why it is not ready, for people; empty if it is
 */
record Readiness(List<String> reasons) {

    /** Derives it from the node's phase and each shard's status. */
    static Readiness of(NodePhase phase, List<ShardStatus> shards) {
        return new Readiness(
                switch (phase) {
                    case OPENING -> List.of("the data files are being opened");
                    case RECOVERING -> recovering(shards);
                    case STOPPING -> List.of("the node is being stopped");
                    case SERVING -> refusing(shards);
                });
    }

    boolean ready() {
        return reasons.isEmpty();
    }

    private static List<String> recovering(List<ShardStatus> shards) {
        List<String> reasons = new ArrayList<>();
        reasons.add(ReplayText.of(shards.stream().map(ShardStatus::recovery).toList()));
        shards.stream()
                .filter(shard -> shard.level() != PressureLevel.NORMAL)
                .forEach(shard -> reasons.add(detail(shard)));
        return reasons;
    }

    private static List<String> refusing(List<ShardStatus> shards) {
        List<String> reasons = new ArrayList<>();
        for (ShardStatus shard : shards) {
            if (shard.refusesWrites()) {
                reasons.add(detail(shard));
            }
        }
        return reasons;
    }

    private static String detail(ShardStatus shard) {
        String name = "shard " + shard.shard();
        String detail = shard.detail().isEmpty()
                ? shard.phase().name().toLowerCase(Locale.ROOT) + ", pressure " + shard.level()
                : shard.detail();
        return detail.startsWith(name) ? detail : name + ": " + detail;
    }
}
