package io.tidemark.verify;

import io.tidemark.bitcask.StoreInspection;
import io.tidemark.disk.Disk;
import io.tidemark.log.segment.LogInspection;
import io.tidemark.shard.EntryFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What a shard's files are like.
 *
 * @param shard its number
 * @param store its data files and their manifest
 * @param log its log
 */
public record ShardReport(int shard, StoreInspection.Report store, LogInspection.Report log) {

    /**
     * Reads all of a shard's files, in windows of some hundred KiB. Blocks.
     *
     * @param dataDirectory the id that every file must carry
     * @param data directory of the data files; may not exist
     * @param log directory of the log; may not exist
     * @throws IOException if a file can't be read
     */
    public static ShardReport of(Disk disk, UUID dataDirectory, int shard, Path data, Path log) throws IOException {
        StoreInspection.Report store = StoreInspection.of(disk, data, dataDirectory, shard);
        return new ShardReport(
                shard,
                store,
                LogInspection.of(
                        disk,
                        log,
                        dataDirectory,
                        shard,
                        store.durableIndex(),
                        entry -> EntryFormat.check(entry.payload())));
    }

    /** What is damaged, a line each; empty if all is well. */
    public List<String> problems() {
        List<String> all = new ArrayList<>(store.problems());
        all.addAll(log.problems());
        return all;
    }
}
