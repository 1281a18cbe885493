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
 * What the shards of a node are made of.
 *
 * @param store the store's name, part of event-bus addresses
 * @param dataDirectoryId what every file must carry
 * @param directories one per shard, in order
 * @param checkpoint how the checkpointers pace themselves
 * @param log how the logs are cut
 * @param data how the data files are cut
 * @param volumes where the data and the logs lie, if their room is to be watched
 */
public record ShardOptions(
        String store,
        UUID dataDirectoryId,
        List<Directories> directories,
        CheckpointOptions checkpoint,
        SegmentLogOptions log,
        BitcaskOptions data,
        @Nullable Volumes volumes) {

    /** Without a watch on the volumes. */
    public ShardOptions(
            String store,
            UUID dataDirectoryId,
            List<Directories> directories,
            CheckpointOptions checkpoint,
            SegmentLogOptions log,
            BitcaskOptions data) {
        this(store, dataDirectoryId, directories, checkpoint, log, data, null);
    }

    /** Where one shard keeps its files; made at its first write. */
    public record Directories(Path data, Path log) {}

    /**
     * Directories of the node, on one volume or on two.
     *
     * @param data exists; holds the data files of all shards, and the reserve file
     * @param log exists; holds the logs of all shards; the same as {@code data} if they are in there
     * @param pressure when writes are shed
     */
    public record Volumes(Path data, Path log, PressureOptions pressure) {}
}
