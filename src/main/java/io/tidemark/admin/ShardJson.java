package io.tidemark.admin;

import io.tidemark.pressure.VolumeStatus;
import io.tidemark.shard.RecoveryProgress;
import io.tidemark.shard.ShardStatus;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/** A shard's status as JSON; keys in snake_case, times in milliseconds. */
final class ShardJson {
    private ShardJson() {}

    static JsonObject of(ShardStatus shard) {
        return new JsonObject()
                .put("shard", shard.shard())
                .put("phase", shard.phase().name().toLowerCase(Locale.ROOT))
                .put("keys", shard.keys())
                .put("applied_index", shard.appliedIndex())
                .put("durable_index", shard.durableIndex())
                .put("released_index", shard.releasedIndex())
                .put("dirty_bytes", shard.dirtyBytes())
                .put("checkpoint_in_flight", shard.checkpointInFlight())
                .put("last_checkpoint", shard.lastCheckpointMillis())
                .put("last_checkpoint_ok", shard.lastCheckpointOk())
                .put("pressure", shard.level().name().toLowerCase(Locale.ROOT))
                .put("pressure_since", shard.pressureSinceMillis())
                .put("reasons", reasons(shard))
                .put("detail", shard.detail())
                .put("log_bytes", shard.logBytes())
                .put("quarantined_files", shard.quarantinedFiles())
                .put("recovery", of(shard.recovery()));
    }

    /** Each reason for pressure, with its level. */
    private static JsonObject reasons(ShardStatus shard) {
        JsonObject reasons = new JsonObject();
        shard.reasons()
                .forEach((reason, level) ->
                        reasons.put(reason.name(), level.name().toLowerCase(Locale.ROOT)));
        return reasons;
    }

    /** A volume, sizes in bytes. */
    static JsonObject of(VolumeStatus volume) {
        return new JsonObject()
                .put("name", volume.name())
                .put("directory", volume.directory().toString())
                .put("total_bytes", volume.totalBytes())
                .put("free_bytes", volume.freeBytes())
                .put("promised_bytes", volume.reservedBytes())
                .put("ballast_bytes", volume.ballastBytes())
                .put("shed_free_bytes", volume.shedBytes())
                .put("resume_free_bytes", volume.resumeBytes())
                .put("low", volume.low());
    }

    private static JsonObject of(RecoveryProgress recovery) {
        return new JsonObject()
                .put("done", recovery.done())
                .put("entries", recovery.entries())
                .put("bytes", recovery.bytes())
                .put("elapsed_ms", recovery.elapsedMillis())
                .put("ratio", Math.round(recovery.ratio() * 1e4) / 1e4)
                .put("entries_per_second", Math.round(recovery.entriesPerSecond()))
                .put("bytes_per_second", Math.round(recovery.bytesPerSecond()));
    }
}
