package io.tidemark.shard;

import io.tidemark.checkpoint.JournalEntry;
import io.tidemark.checkpoint.SyncResult;
import io.tidemark.pressure.VolumeStatus;
import io.vertx.core.Future;
import java.util.List;

/** All shards of a node's store, as its endpoints see them. All methods may be called from any thread and never block. */
public interface Shards {

    /** How many shards there are; they are numbered from 0. */
    int count();

    /**
     * Hands calls to one shard. They are carried out in the order given, writes and reads alike; a {@link Command.Read}
     * in the list sees what the writes before it in the list did. Between separate submissions only this holds: a
     * submission made after an earlier one's last answer sees its effects, and writes are carried out in the order of
     * submission.
     *
     * <p>A list of reads alone is answered without waiting for the log. Once its answers are large, the rest of it is answered
     * by {@link Result.Postponed}: to be submitted again, before any write that came after it.
     *
     * @param shard 0 to {@link #count} - 1
     * @param calls given away, not changed afterwards
     */
    void submit(int shard, List<Call> calls);

    /** How each shard is, in order of number. */
    List<ShardStatus> statuses();

    /** Makes everything applied so far durable in the data files, on every shard; fails if any shard fails. */
    Future<Void> syncAll();

    /**
     * The same for one shard.
     *
     * @return fails with a {@link io.tidemark.checkpoint.SyncException}
     */
    Future<SyncResult> sync(int shard);

    /** The volumes of data and logs as they were last seen, one or two; empty if none is watched. */
    List<VolumeStatus> volumes();

    /** A shard's last 256 generations, deferrals and incidents, oldest first; empty as long as its files are being opened. */
    List<JournalEntry> journal(int shard);
}
