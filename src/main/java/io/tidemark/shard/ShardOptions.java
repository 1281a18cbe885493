package io.tidemark.shard;

import io.tidemark.bitcask.BitcaskOptions;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.log.segment.SegmentLogOptions;
import io.tidemark.pressure.PressureOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Options of a node's shards.
 *
 * @param store the store's name, part of event-bus addresses
 * @param dataDirectoryId the id that every file must carry
 * @param directories one per shard, in order
 * @param checkpoint options of the checkpointers
 * @param log options of the logs
 * @param data options of the data files
 * @param volumes where data and logs are, if their free space is to be monitored
 */
public record ShardOptions(
        String store,
        UUID dataDirectoryId,
        List<Directories> directories,
        CheckpointOptions checkpoint,
        SegmentLogOptions log,
        BitcaskOptions data,
        @Nullable Volumes volumes) {

    /** Without monitoring of the volumes. */
    public ShardOptions(
            String store,
            UUID dataDirectoryId,
            List<Directories> directories,
            CheckpointOptions checkpoint,
            SegmentLogOptions log,
            BitcaskOptions data) {
        this(store, dataDirectoryId, directories, checkpoint, log, data, null);
    }

    /** Directories of one shard; created at its first write. */
    public record Directories(Path data, Path log) {}

    /**
     * The node's directories, on one volume or on two.
     *
     * @param data exists; holds the data files of all shards, and the reserve file
     * @param log exists; holds the logs of all shards; the same as {@code data} if the logs are in there
     * @param pressure when writes are shed
     */
    public record Volumes(Path data, Path log, PressureOptions pressure) {}
}
