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
 * What the files of a shard that does not run are like, by the rules of its recovery. Nothing is changed.
 *
 * @param shard its number
 * @param store its data files and their manifest
 * @param log its log
 * @param apart what is damaged in that the two don't go together
 */
public record ShardInspection(int shard, StoreInspection.Report store, LogInspection.Report log, List<String> apart) {

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
        boolean without = store.written()
                && entries.lastIndex() == 0
                && entries.problems().isEmpty();
        return new ShardInspection(
                shard, store, entries, without ? List.of(Bitcask.missingLogMessage(data)) : List.of());
    }

    /** Reads an entry's commands without carrying any out. */
    private static void read(ByteBuffer payload) throws IOException {
        while (payload.hasRemaining()) {
            CommandCodec.decode(payload);
        }
    }

    /** What is damaged, a line each; empty if all is well. */
    public List<String> problems() {
        List<String> all = new ArrayList<>(store.problems());
        all.addAll(log.problems());
        all.addAll(apart);
        return all;
    }
}
