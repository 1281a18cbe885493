package io.tidemark.shard;

import io.tidemark.bitcask.BitcaskOptions;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.log.segment.SegmentLogOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * What the shards of a node are made of.
 *
 * @param store the store's name, part of event-bus addresses
 * @param dataDirectoryId what every file must carry
 * @param directories one per shard, in order
 * @param checkpoint how the checkpointers pace themselves
 * @param log how the logs are cut
 * @param data how the data files are cut
 */
public record ShardOptions(
        String store,
        UUID dataDirectoryId,
        List<Directories> directories,
        CheckpointOptions checkpoint,
        SegmentLogOptions log,
        BitcaskOptions data) {

    /** Where one shard keeps its files; made at its first write. */
    public record Directories(Path data, Path log) {}
}
