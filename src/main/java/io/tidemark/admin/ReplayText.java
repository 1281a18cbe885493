package io.tidemark.admin;

import io.tidemark.shard.RecoveryProgress;
import java.util.List;

/** The progress of replaying all shards' logs, as one line for people. */
final class ReplayText {
    private ReplayText() {}

    static String of(List<RecoveryProgress> shards) {
        long entries = shards.stream().mapToLong(RecoveryProgress::entries).sum();
        long bytes = shards.stream().mapToLong(RecoveryProgress::bytes).sum();
        long millis =
                shards.stream().mapToLong(RecoveryProgress::elapsedMillis).max().orElse(0);
        double ratio =
                shards.stream().mapToDouble(RecoveryProgress::ratio).average().orElse(0);
        return "the logs are being replayed: "
                + shards.stream().filter(RecoveryProgress::done).count() + " of " + shards.size() + " shards done, "
                + (long) (ratio * 100) + " %, " + entries + " entries of " + bytes + " bytes in " + millis + " ms"
                + (millis == 0 ? "" : ", " + entries * 1_000 / millis + " entries/s");
    }
}
