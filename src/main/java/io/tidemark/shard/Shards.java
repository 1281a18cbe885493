package io.tidemark.shard;

import io.tidemark.checkpoint.JournalEntry;
import io.tidemark.checkpoint.SyncResult;
import io.tidemark.pressure.VolumeStatus;
import io.vertx.core.Future;
import java.util.List;

/** All shards of a node's store, as the endpoints use them. All methods may be called on any thread and never block. */
public interface Shards {

    /** Number of shards; they are numbered from 0. */
    int count();

    /**
     * Submits calls to one shard. They are carried out in the order given, writes and reads alike; a {@link Command.Read}
     * sees the effects of the writes before it in the list. Separate submissions have two guarantees only: a submission made
     * after an earlier one's last answer sees its effects, and writes are carried out in the order of submission.
     *
     * <p>A list of reads only is answered without waiting for the log. Once its answers are large, the remaining reads are
     * answered by {@link Result.Postponed}: submit them again, before any later write.
     *
     * @param shard 0 to {@link #count} - 1
     * @param calls not to be changed afterwards
     */
    void submit(int shard, List<Call> calls);

    /** Status of each shard, in order of number. */
    List<ShardStatus> statuses();

    /** Makes everything applied so far durable in the data files, on every shard; fails if any shard fails. */
    Future<Void> syncAll();

    /**
     * The same for one shard.
     *
     * @return fails with a {@link io.tidemark.checkpoint.SyncException}
     */
    Future<SyncResult> sync(int shard);

    /** The last sample of the volumes of data and logs, one or two; empty if none is monitored. */
    List<VolumeStatus> volumes();

    /** A shard's last 256 generations, deferrals and incidents, oldest first; empty while its files are being opened. */
    List<JournalEntry> journal(int shard);
}
