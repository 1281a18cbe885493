package io.tidemark.simulation;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.bitcask.BitcaskOptions;
import io.tidemark.checkpoint.CheckpointListener;
import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.CheckpointOutcome;
import io.tidemark.checkpoint.CheckpointTrigger;
import io.tidemark.checkpoint.CheckpointerOnVirtualTime;
import io.tidemark.checkpoint.DirtyCounter;
import io.tidemark.checkpoint.SyncResult;
import io.tidemark.log.LogRecovery;
import io.tidemark.pressure.PressureEvent;
import io.tidemark.pressure.PressureLevel;
import io.tidemark.shard.Call;
import io.tidemark.shard.Command;
import io.tidemark.shard.Result;
import io.tidemark.shard.ShardFromParts;
import io.tidemark.shard.ShardStatus;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One shard of a simulated process, from its opening to the process's end, and what must hold for it all the way. */
final class LivingShard implements ShardFromParts.World, CheckpointListener {
    /** How far it has come. */
    enum Phase {
        OPENING,
        RECOVERING,
        SERVING
    }

    private final Life life;
    private final int number;
    private final Path directory;
    private final Reference reference;
    private final Scheduler scheduler;
    private final Scheduler.Lane lane;
    private final DirtyCounter dirty;
    private final DirtyCounter marked;
    private final Checks checks;
    private @Nullable ShardFromParts shard;
    private @Nullable CheckpointerOnVirtualTime checkpointer;
    private Phase phase = Phase.OPENING;
    private long published;
    private long captured = -1;
    private int ended;
    private int asked;
    private boolean notApplied;

    /** @param misdirected whether its writer marks a counter that is not its checkpointer's */
    LivingShard(Life life, int number, Reference reference, Scheduler scheduler, Checks checks, boolean misdirected) {
        this.life = life;
        this.number = number;
        this.directory = Life.ROOT.resolve("shard-" + number);
        this.reference = reference;
        this.scheduler = scheduler;
        this.checks = checks;
        this.lane = scheduler.lane("lane of shard " + number);
        this.dirty = CheckpointerOnVirtualTime.counter(scheduler::nanoTime);
        this.marked = misdirected ? CheckpointerOnVirtualTime.counter(scheduler::nanoTime) : dirty;
    }

    int number() {
        return number;
    }

    Phase phase() {
        return phase;
    }

    Reference reference() {
        return reference;
    }

    Path directory() {
        return directory;
    }

    ShardFromParts shard() {
        return Objects.requireNonNull(shard);
    }

    @Override
    public Scheduler.Lane lane() {
        return lane;
    }

    @Override
    public Executor awaitedLane() {
        return lane::await;
    }

    @Override
    public LongSupplier epochMillis() {
        return scheduler::epochMillis;
    }

    @Override
    public void logFailed(IOException failure) {
        if (!life.over()) {
            life.met("ends of a process", "its log failed");
            life.exit(failure);
        }
    }

    @Override
    public void applyFailed(IOException failure) {
        if (!life.over()) {
            life.needsAFault("an entry was not applied", failure);
            notApplied = true;
            shard().fail("shard " + number + ": APPEND_FAILED");
        }
    }

    @Override
    public void appended(List<Call> calls) {
        if (!life.over()) {
            reference.appended(calls);
        }
    }

    /** Opens the data files; on its lane. */
    void open(BitcaskOptions files) throws IOException {
        shard = new ShardFromParts(number, life.disk(), directory, files, marked, this);
        phase = Phase.RECOVERING;
        published = shard().data().durableIndex();
        long found = shard().data().snapshot().index();
        checks.that(
                found <= reference.acknowledged() + reference.unacknowledged().size(),
                "shard %d: opened at durable index %d, above anything that it was given",
                number,
                found);
    }

    /** Starts its checkpointer; on the loop. */
    void start(CheckpointerOnVirtualTime.Permits permits, CheckpointOptions options) {
        checkpointer =
                new CheckpointerOnVirtualTime(scheduler, number, shard().target(), dirty, permits, options, this);
        checkpointer().start(options);
    }

    private CheckpointerOnVirtualTime checkpointer() {
        return Objects.requireNonNull(checkpointer);
    }

    /** Replays the log and serves; on its lane. */
    void recover(boolean stoppedInOrder) throws IOException {
        LogRecovery found = shard().recover();
        long last = shard().log().lastIndex();
        compare(shard().data(), reference.at(last, "recovery"), "recovery up to " + last);
        if (stoppedInOrder) {
            checks.that(
                    found.replayedEntries() == 0,
                    "shard %d: %d entries were not durable after an orderly stop",
                    number,
                    found.replayedEntries());
        }
        reference.recovered(last);
        phase = Phase.SERVING;
        life.met("recoveries", found.replayedEntries() > 0 ? "with a replay" : "without a replay");
        if (found.rewrittenEntries() > 0) {
            life.met("recoveries", "of a rewritten tail");
        }
        if (found.tornBytes() > 0) {
            life.met(Coverage.RARE, "recovery of a torn tail");
        }
    }

    /** A store holds exactly what it must. */
    void compare(Bitcask data, Map<String, String> wanted, String where) throws IOException {
        for (String key : Workload.KEYS) {
            byte[] found = data.get(Workload.bytes(key));
            String text = found == null ? null : new String(found, StandardCharsets.UTF_8);
            checks.that(
                    Objects.equals(text, wanted.get(key)),
                    "shard %d: %s: %s is %s, expected %s",
                    number,
                    where,
                    key,
                    String.valueOf(text),
                    String.valueOf(wanted.get(key)));
        }
        checks.that(data.keys() == wanted.size(), "shard %d: %s: %d keys", number, where, data.keys());
    }

    /** Sends calls as one client does. */
    void submit(List<? extends Command> commands) {
        List<Call> calls = new ArrayList<>();
        for (Command command : commands) {
            calls.add(new Asked(command));
        }
        shard().submit(calls);
    }

    /** Reads a key, which is answered at once, and must be what was applied last. */
    void read(String key) {
        List<Result> answers = new ArrayList<>();
        Map<String, String> state = reference.now();
        shard().submit(List.of(new Call() {
            @Override
            public Command command() {
                return new Command.Get(Workload.bytes(key));
            }

            @Override
            public void complete(Result result) {
                answers.add(result);
            }
        }));
        String value = state.get(key);
        Result wanted = new Result.Value(value == null ? null : Workload.bytes(value));
        checks.that(
                answers.size() == 1 && Reference.same(answers.get(0), wanted),
                "shard %d: a read of %s was answered %s, expected %s",
                number,
                key,
                answers,
                String.valueOf(value));
    }

    private final class Asked implements Call {
        private final Command command;
        private boolean done;

        Asked(Command command) {
            this.command = command;
        }

        @Override
        public Command command() {
            return command;
        }

        @Override
        public void complete(Result result) {
            if (life.over()) {
                return;
            }
            checks.that(!done, "shard %d: a call was answered twice", number);
            done = true;
            if (reference.answered(this, result)) {
                life.met("calls", "carried out");
            } else {
                life.met("calls", ((Result.Failure) result).kind());
            }
        }
    }

    /** Asks for a sync, as somebody who has seen what is applied now. */
    void sync() {
        long seen = shard().data().snapshot().index();
        asked++;
        scheduler.execute(() -> {
            int endedBefore = ended;
            checkpointer().sync().onComplete(done -> {
                if (!life.over()) {
                    asked--;
                    answered(done, seen, ended - endedBefore);
                }
            });
        });
    }

    private void answered(io.vertx.core.AsyncResult<SyncResult> done, long seen, int waited) {
        checks.that(waited <= 2, "shard %d: a sync waited for %d generations", number, waited);
        if (done.succeeded()) {
            SyncResult result = done.result();
            checks.that(
                    result.durableIndex() >= seen
                            || result.durableIndex()
                                    >= shard().data().snapshot().index(),
                    "shard %d: a sync was answered with durable index %d, but its caller had seen %d applied",
                    number,
                    result.durableIndex(),
                    seen);
            life.met("sync-now", result.files() == 0 ? "clean" : "answered by generation " + waited);
        } else {
            life.needsAFault("a sync failed", done.cause());
            life.met("sync-now", "failed");
        }
    }

    /** How many syncs have no answer yet. */
    int unanswered() {
        return asked;
    }

    void reconfigure(CheckpointOptions options) {
        checkpointer().reconfigure(options);
    }

    Future<Void> stopCheckpointer() {
        return checkpointer().stop();
    }

    Future<Void> close() {
        return shard().close();
    }

    @Override
    public void started(String store, int shard, CheckpointTrigger trigger) {
        checks.that(captured < 0, "shard %d: a generation began while one was running", number);
        checks.that(dirty.dirty(), "shard %d: a clean shard was forced", number);
        captured = shard().data().snapshot().index();
        life.met("generations", trigger);
        life.trace("shard %d: a generation captured %d", number, captured);
        life.forces().began(number);
        life.starting(this);
    }

    /** No worker took the generation that has just begun. */
    void notStarted() {
        captured = -1;
        life.forces().ended(number);
    }

    @Override
    public void ended(CheckpointOutcome outcome) {
        ended++;
        life.trace("%s", outcome);
        shard().checkpointed(outcome);
        life.forces().ended(number);
        if (outcome.succeeded()) {
            checks.that(
                    dirty.durableIndex() <= captured && outcome.toIndex() <= captured,
                    "shard %d: durable index %d was published by a generation that captured %d",
                    number,
                    dirty.durableIndex(),
                    captured);
            checks.that(
                    dirty.durableIndex() >= outcome.toIndex(),
                    "shard %d: a generation up to %d left durable index %d",
                    number,
                    outcome.toIndex(),
                    dirty.durableIndex());
            checks.that(
                    outcome.files() > 0 || outcome.bytes() == 0,
                    "shard %d: %d bytes were forced in no file",
                    number,
                    outcome.bytes());
            life.met("generations", outcome.files() > 0 ? "that forced files" : "that had nothing to force");
        } else {
            life.needsAFault("a generation failed", new IOException(outcome.error()));
            life.met("generations", "failed");
        }
        captured = -1;
    }

    @Override
    public void repaired(String store, int shard, long millis) {
        life.met("repairs", "done");
    }

    @Override
    public void repairFailed(String store, int shard, String why) {
        life.needsAFault("a repair failed", new IOException(why));
        life.met("repairs", "failed");
    }

    @Override
    public void pressure(PressureEvent event) {
        life.met("pressure", event.reason() + " " + event.level());
    }

    /** Out of service for writes until a restart. */
    boolean failed() {
        ShardFromParts mine = shard;
        if (mine == null) {
            return false;
        }
        ShardStatus status = mine.status();
        return notApplied || status.phase() == ShardStatus.Phase.FAILED || status.level() == PressureLevel.FAILED;
    }

    /** Nothing to do and nothing to come. */
    boolean clean() {
        return phase == Phase.SERVING
                && !dirty.dirty()
                && !dirty.inFlight()
                && asked == 0
                && shard().data().durableIndex() == shard().data().snapshot().index();
    }

    /** After every step: what only grows, and what never passes what. Returns whether more has become durable. */
    boolean look() {
        ShardFromParts mine = shard;
        if (mine == null) {
            return false;
        }
        long durable = mine.data().durableIndex();
        checks.that(durable >= published, "shard %d: the durable index fell from %d to %d", number, published, durable);
        checks.that(
                Math.max(0, dirty.durableIndex()) <= durable,
                "shard %d: the counter says durable up to %d, the store up to %d",
                number,
                dirty.durableIndex(),
                durable);
        checks.that(
                durable <= mine.data().snapshot().index(),
                "shard %d: durable up to %d, applied up to %d only",
                number,
                durable,
                mine.data().snapshot().index());
        checks.that(
                mine.log().releasedIndex() <= durable,
                "shard %d: the log was released up to %d, but durable is %d",
                number,
                mine.log().releasedIndex(),
                durable);
        if (phase == Phase.SERVING) {
            reference.logged(mine.log().lastIndex());
        }
        boolean more = durable > published;
        published = durable;
        return more;
    }

    /** The log still has everything above the durable index. */
    void readLog() throws IOException {
        long from = published + 1;
        long to = shard().log().lastIndex();
        if (from <= to) {
            long[] next = {from};
            shard().log().read(from, to, entry -> {
                checks.that(entry.index() == next[0], "shard %d: entry %d is missing", number, next[0]);
                next[0]++;
            });
            checks.that(next[0] == to + 1, "shard %d: the log has no entry %d", number, next[0]);
        }
    }

    long published() {
        return published;
    }
}
