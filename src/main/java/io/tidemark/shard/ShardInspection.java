package io.tidemark.shard;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.bitcask.StoreInspection;
import io.tidemark.disk.Disk;
import io.tidemark.log.segment.LogInspection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The state of the files of a shard that is not running, by the rules of recovery. Changes nothing.
 *
 * @param shard its number
 * @param store its data files and their manifest
 * @param log its log
 * @param mismatches contradictions between the two
 */
public record ShardInspection(
        int shard, StoreInspection.Report store, LogInspection.Report log, List<String> mismatches) {

    /**
     * Reads all of a shard's files, in windows of some hundred KiB. Blocks.
     *
     * @param dataDirectory the id that every file must carry
     * @param data directory of the data files; may not exist
     * @param log directory of the log; may not exist
     * @throws IOException if a file can't be read
     */
    public static ShardInspection of(Disk disk, UUID dataDirectory, int shard, Path data, Path log) throws IOException {
        StoreInspection.Report store = StoreInspection.of(disk, data, dataDirectory, shard);
        LogInspection.Report entries =
                LogInspection.of(disk, log, dataDirectory, shard, store.durableIndex(), entry -> read(entry.payload()));
        boolean logMissing = store.hasManifest()
                && entries.lastIndex() == 0
                && entries.problems().isEmpty();
        return new ShardInspection(
                shard, store, entries, logMissing ? List.of(Bitcask.missingLogMessage(data)) : List.of());
    }

    /** Decodes an entry's commands without evaluating them. */
    private static void read(ByteBuffer payload) throws IOException {
        while (payload.hasRemaining()) {
            CommandCodec.decode(payload);
        }
    }

    /** All problems, one line each; empty if there is no damage. */
    public List<String> problems() {
        List<String> all = new ArrayList<>(store.problems());
        all.addAll(log.problems());
        all.addAll(mismatches);
        return all;
    }
}
