package io.tidemark.invariants;

import io.tidemark.bitcask.BitcaskOptions;
import io.tidemark.checkpoint.CheckpointTarget;
import io.tidemark.checkpoint.CheckpointerOnVirtualTime;
import io.tidemark.disk.Disk;
import io.tidemark.log.LogRecovery;
import io.tidemark.shard.Call;
import io.tidemark.shard.Command;
import io.tidemark.shard.Result;
import io.tidemark.shard.ShardFromParts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * One real shard, recovered, without a thread: what a call starts is over when it returns. Shard 0 has segments as long as
 * their frames; shard 1 has zeros ahead of them and uses released files again.
 */
final class LoneShard implements ShardFromParts.World {
    static final Path ROOT = Path.of("/data");

    final LogRecovery found;
    private final ShardFromParts shard;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final AtomicLong clock = new AtomicLong(1_000);

    /** Opens and recovers it, as far as the files let it. */
    LoneShard(Disk disk, int number) throws IOException {
        shard = new ShardFromParts(
                number,
                disk,
                directory(number),
                new BitcaskOptions(4_096),
                CheckpointerOnVirtualTime.counter(clock::incrementAndGet),
                this);
        try {
            found = shard.recover();
        } catch (IOException | RuntimeException refused) {
            close();
            throw refused;
        }
        runTasks();
    }

    static Path directory(int number) {
        return ROOT.resolve("shard-" + number);
    }

    static Path data(int number) {
        return directory(number).resolve("data");
    }

    static Path log(int number) {
        return directory(number).resolve("log");
    }

    /** Carries out one write, which must succeed. */
    void write(Command command) {
        List<Result> answers = new ArrayList<>();
        shard.submit(List.of(new Call() {
            @Override
            public Command command() {
                return command;
            }

            @Override
            public void complete(Result result) {
                answers.add(result);
            }
        }));
        runTasks();
        if (answers.size() != 1 || answers.get(0) instanceof Result.Failure) {
            throw new AssertionError(command + " was answered " + answers);
        }
    }

    /** Makes everything durable and lets the log forget it. */
    void generation() throws IOException {
        CheckpointTarget target = shard.target();
        CheckpointTarget.Capture captured = target.capture();
        target.force(captured);
        target.completed(captured);
        runTasks();
    }

    /** The last entry of the log. */
    long lastIndex() {
        return shard.log().lastIndex();
    }

    /** What these keys hold; a key that is not there is left out. Any other key is an error. */
    SortedMap<String, String> state(Iterable<String> keys) throws IOException {
        SortedMap<String, String> state = new TreeMap<>();
        for (String key : keys) {
            byte[] value = shard.data().get(bytes(key));
            if (value != null) {
                state.put(key, new String(value, StandardCharsets.UTF_8));
            }
        }
        if (shard.data().keys() != state.size()) {
            throw new AssertionError(shard.data().keys() + " keys, but of those that were written only " + state);
        }
        return state;
    }

    /** Closes log and files in order; forces no data. */
    void close() {
        var closed = shard.close();
        runTasks();
        if (!closed.isComplete()) {
            throw new AssertionError("the shard did not close");
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    @Override
    public Executor lane() {
        return tasks::add;
    }

    @Override
    public LongSupplier epochMillis() {
        return clock::get;
    }

    @Override
    public void logFailed(IOException failure) {
        throw new AssertionError("the log failed", failure);
    }

    @Override
    public void applyFailed(IOException failure) {
        throw new AssertionError("an entry was not applied", failure);
    }

    @Override
    public void appended(List<Call> calls) {}
}
