package io.tidemark.redis;

import io.tidemark.checkpoint.JournalEntry;
import io.tidemark.checkpoint.SyncResult;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.pressure.PressureReason;
import io.tidemark.pressure.VolumeStatus;
import io.tidemark.redis.protocol.Arguments;
import io.tidemark.redis.protocol.Resp;
import io.tidemark.shard.Call;
import io.tidemark.shard.Command;
import io.tidemark.shard.RecoveryProgress;
import io.tidemark.shard.Result;
import io.tidemark.shard.ShardStatus;
import io.tidemark.shard.Shards;
import io.tidemark.shard.Timestamp;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Shards in memory that answer at once, or step by step. Stepped shards queue the submitted lists; each step answers one list
 * completely, and returns when that is done.
 */
final class MemoryShards implements Shards {

    /** A submitted list that is not yet answered. */
    record Submission(int shard, List<Call> calls, @Nullable Context context) {
        List<Command> commands() {
            return calls.stream().map(Call::command).toList();
        }
    }

    /** Before anything that a test does. */
    private static final long EARLY = System.nanoTime() - 1_000_000_000L;

    private final List<Map<ByteBuffer, byte[]>> data = new ArrayList<>();
    private final List<Timestamp> checkpoints = new CopyOnWriteArrayList<>();
    private final Deque<Submission> waiting = new ArrayDeque<>();
    private final AtomicInteger submissions = new AtomicInteger();
    private final boolean stepped;
    private @Nullable Function<Command, Result> override;
    private Promise<Void> sync = Promise.promise();
    private final AtomicInteger syncs = new AtomicInteger();
    private volatile PressureLevel level = PressureLevel.NORMAL;
    private volatile int clean;
    private volatile int atLevel;

    private MemoryShards(int count, boolean stepped) {
        this.stepped = stepped;
        this.atLevel = count;
        for (int i = 0; i < count; i++) {
            data.add(new HashMap<>());
            checkpoints.add(new Timestamp(EARLY + i, 1_700_000_000_000L + 1_000L * i));
        }
    }

    static MemoryShards immediate(int count) {
        return new MemoryShards(count, false);
    }

    static MemoryShards stepped(int count) {
        return new MemoryShards(count, true);
    }

    @Override
    public int count() {
        return data.size();
    }

    @Override
    public synchronized void submit(int shard, List<Call> calls) {
        submissions.incrementAndGet();
        Submission submission = new Submission(shard, calls, Vertx.currentContext());
        if (stepped) {
            waiting.add(submission);
        } else {
            carryOut(submission);
        }
    }

    /** Number of lists submitted so far. */
    int submissions() {
        return submissions.get();
    }

    /** The unanswered lists, oldest first. */
    synchronized List<Submission> waiting() {
        return List.copyOf(waiting);
    }

    /** Answers the oldest list. */
    void step() {
        answer(take(false));
    }

    /** Answers the newest list first, to test answers out of order. */
    void stepLast() {
        answer(take(true));
    }

    private synchronized Submission take(boolean last) {
        return last ? waiting.removeLast() : waiting.remove();
    }

    /**
     * Answers on the event loop that submitted the list: it sees the first answer when all are there. On another thread it would
     * see as many as happened to be there, and submit what was postponed in more lists than one.
     */
    private void answer(Submission submission) {
        Context context = submission.context();
        if (context == null) {
            throw new IllegalStateException("not submitted on an event loop");
        }
        Promise<Void> answered = Promise.promise();
        context.runOnContext(ignored -> {
            try {
                synchronized (this) {
                    carryOut(submission);
                }
                answered.complete();
            } catch (RuntimeException | Error e) {
                answered.fail(e);
            }
        });
        RunningServer.await(answered.future());
    }

    /** Sets a function that decides the results from now on; where it returns {@code null}, the shard answers as usual. */
    synchronized void answerWith(@Nullable Function<Command, @Nullable Result> answers) {
        override = answers;
    }

    /** Sets the pressure of all shards. */
    void level(PressureLevel now) {
        level(now, data.size());
    }

    /** Sets the pressure of the first {@code shards} shards; the others have none. */
    void level(PressureLevel now, int shards) {
        atLevel = shards;
        level = now;
    }

    /** From now on the first {@code shards} shards have nothing unsynced, and the others have something. */
    void clean(int shards) {
        clean = shards;
    }

    /** Sets the moment at which every shard's last checkpoint began. */
    void checkpointed(Timestamp began) {
        checkpoints.replaceAll(before -> began);
    }

    /** Number of sync requests for all shards. */
    int syncs() {
        return syncs.get();
    }

    /** The outcome of all syncs so far and to come. */
    Promise<Void> sync() {
        return sync;
    }

    synchronized int keys() {
        return data.stream().mapToInt(Map::size).sum();
    }

    private void carryOut(Submission submission) {
        Map<ByteBuffer, byte[]> keys = data.get(submission.shard());
        for (Call call : submission.calls()) {
            Result result = override == null ? null : override.apply(call.command());
            call.complete(result == null ? carryOut(keys, call.command()) : result);
        }
    }

    private static Result carryOut(Map<ByteBuffer, byte[]> keys, Command command) {
        if (command instanceof Command.Get get) {
            return new Result.Value(keys.get(ByteBuffer.wrap(get.key())));
        } else if (command instanceof Command.Set set) {
            keys.put(ByteBuffer.wrap(set.key()), set.value());
            return Result.Ok.OK;
        } else if (command instanceof Command.SetAll all) {
            all.pairs().forEach(pair -> keys.put(ByteBuffer.wrap(pair.key()), pair.value()));
            return Result.Ok.OK;
        } else if (command instanceof Command.Delete delete) {
            return new Result.Count(delete.keys().stream()
                    .filter(key -> keys.remove(ByteBuffer.wrap(key)) != null)
                    .count());
        } else if (command instanceof Command.IncrementBy by) {
            return increment(keys, by);
        } else if (command instanceof Command.GetAll all) {
            List<byte @Nullable []> values = new ArrayList<>();
            all.keys().forEach(key -> values.add(keys.get(ByteBuffer.wrap(key))));
            return new Result.Values(values);
        } else if (command instanceof Command.Exists exists) {
            return new Result.Count(exists.keys().stream()
                    .filter(key -> keys.containsKey(ByteBuffer.wrap(key)))
                    .count());
        } else if (command instanceof Command.ValueLength length) {
            byte[] value = keys.get(ByteBuffer.wrap(length.key()));
            return new Result.Count(value == null ? 0 : value.length);
        }
        throw new IllegalStateException("no such command: " + command);
    }

    private static Result increment(Map<ByteBuffer, byte[]> keys, Command.IncrementBy by) {
        byte[] old = keys.get(ByteBuffer.wrap(by.key()));
        try {
            long sum = Math.addExact(old == null ? 0 : Arguments.parseLong(old), by.delta());
            keys.put(ByteBuffer.wrap(by.key()), Resp.bytes(Long.toString(sum)));
            return new Result.Count(sum);
        } catch (NumberFormatException e) {
            return new Result.Failure(Result.Kind.NOT_AN_INTEGER, "");
        } catch (ArithmeticException e) {
            return new Result.Failure(Result.Kind.OVERFLOW, "");
        }
    }

    @Override
    public List<VolumeStatus> volumes() {
        return List.of(new VolumeStatus("data", Path.of("/d"), 1_000, 400, 0, 10, 100, 200, false));
    }

    @Override
    public synchronized List<ShardStatus> statuses() {
        List<ShardStatus> all = new ArrayList<>();
        for (int i = 0; i < data.size(); i++) {
            int keys = data.get(i).size();
            PressureLevel level = i < atLevel ? this.level : PressureLevel.NORMAL;
            all.add(new ShardStatus(
                    i,
                    ShardStatus.Phase.SERVING,
                    keys,
                    10 + i,
                    i < clean ? 10 + i : 7,
                    i < clean ? 0 : 100,
                    false,
                    checkpoints.get(i),
                    true,
                    level,
                    level.sheds() ? "disk\nfull" : "",
                    4_096,
                    3,
                    new RecoveryProgress(true, 0, 0, 0, 1),
                    0,
                    level.sheds() ? Map.of(PressureReason.LOW_SPACE, level) : Map.of(),
                    0,
                    i < clean ? 0 : 5));
        }
        return all;
    }

    @Override
    public Future<SyncResult> sync(int shard) {
        syncs.incrementAndGet();
        return sync.future().map(new SyncResult(shard, 1, 7, 0, 0, 0));
    }

    @Override
    public List<JournalEntry> journal(int shard) {
        return List.of();
    }

    @Override
    public Future<Void> syncAll() {
        syncs.incrementAndGet();
        return sync.future();
    }
}
