package io.tidemark.simulation;

import io.tidemark.shard.Call;
import io.tidemark.shard.Command;
import io.tidemark.shard.Result;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one shard must hold: the state after each log entry, computed by itself from what was submitted. Entries up to the
 * last acknowledged one must be there after any crash; of those behind it any number may be, whole and in order, but none
 * that was reported as not carried out.
 */
final class Reference {
    private final Checks checks;
    private final String shard;
    private final List<Map<String, String>> states = new ArrayList<>(List.of(Map.of()));
    private final List<List<Call>> batches = new ArrayList<>();
    private final IdentityHashMap<Call, Result> expected = new IdentityHashMap<>();
    private final Set<Call> refused = Collections.newSetFromMap(new IdentityHashMap<>());
    private long base;
    private long logged;

    Reference(Checks checks, String shard) {
        this.checks = checks;
        this.shard = shard;
    }

    /** The last entry that must be there. */
    long acknowledged() {
        return states.size() - 1L;
    }

    /** Entries up to here are known to be in the log, answered or not. */
    void logged(long index) {
        logged = Math.max(logged, index);
    }

    /** The log has got a batch, which will be the next entry. */
    void appended(List<Call> calls) {
        batches.add(calls);
    }

    /** A call was answered. Returns whether it was carried out. */
    boolean answered(Call call, Result result) {
        if (result instanceof Result.Failure failure && failure.kind() == Result.Kind.OUTCOME_UNKNOWN) {
            return false;
        }
        if (result instanceof Result.Failure failure && failure.kind() != Result.Kind.NOT_AN_INTEGER) {
            checks.that(failure.kind() != Result.Kind.UNREADABLE, "%s: %s", shard, failure);
            refused.add(call);
            return false;
        }
        if (call.command() instanceof Command.Read && batches.stream().noneMatch(batch -> contains(batch, call))) {
            // its writes were shed
            Result wanted = evaluate(call.command(), new HashMap<>(now()));
            checks.that(same(result, wanted), "%s: %s was answered %s", shard, call.command(), result);
            return true;
        }
        if (!expected.containsKey(call)) {
            int next = (int) (acknowledged() - base);
            checks.that(
                    next < batches.size() && contains(batches.get(next), call),
                    "%s: a call of another entry than the next one, %d, was answered",
                    shard,
                    acknowledged() + 1);
            states.add(evaluate(batches.get(next), expected));
        }
        Result wanted = expected.remove(call);
        checks.that(same(result, wanted), "%s: %s was answered %s, expected %s", shard, call.command(), result, wanted);
        return true;
    }

    private static boolean contains(List<Call> batch, Call call) {
        return batch.stream().anyMatch(each -> each == call);
    }

    /** The state after the last entry applied. */
    Map<String, String> now() {
        return states.get(states.size() - 1);
    }

    /** States after entries that may or may not be there: those that wait for the log, in its order. */
    List<Map<String, String>> unacknowledged() {
        List<Map<String, String>> more = new ArrayList<>();
        Map<String, String> state = now();
        for (int i = (int) (acknowledged() - base); i < batches.size(); i++) {
            if (batches.get(i).stream().anyMatch(refused::contains)) {
                break;
            }
            state = evaluate(batches.get(i), state, null);
            more.add(state);
        }
        return more;
    }

    /**
     * What must be there once the log has recovered up to an index.
     *
     * @param where for messages
     */
    Map<String, String> at(long last, String where) {
        checks.that(
                last >= Math.max(acknowledged(), logged),
                "%s: %s: the log ends at %d, but %d was acknowledged and %d logged",
                shard,
                where,
                last,
                acknowledged(),
                logged);
        List<Map<String, String>> more = unacknowledged();
        checks.that(
                last <= acknowledged() + more.size(),
                "%s: %s: the log ends at %d, above anything that it can hold, %d",
                shard,
                where,
                last,
                acknowledged() + more.size());
        return last == acknowledged() ? now() : more.get((int) (last - acknowledged()) - 1);
    }

    /** The process serves what it has recovered, up to an index: from now on this is what was. */
    void recovered(long last) {
        List<Map<String, String>> more = unacknowledged();
        states.addAll(more.subList(0, (int) (last - acknowledged())));
        logged = last;
        base = last;
        batches.clear();
        expected.clear();
        refused.clear();
    }

    private Map<String, String> evaluate(List<Call> batch, IdentityHashMap<Call, Result> results) {
        return evaluate(batch, now(), results);
    }

    private static Map<String, String> evaluate(
            List<Call> batch, Map<String, String> before, @Nullable IdentityHashMap<Call, Result> results) {
        Map<String, String> state = new HashMap<>(before);
        for (Call call : batch) {
            Result result = evaluate(call.command(), state);
            if (results != null) {
                results.put(call, result);
            }
        }
        return state;
    }

    private static Result evaluate(Command command, Map<String, String> state) {
        if (command instanceof Command.Set set) {
            state.put(text(set.key()), text(set.value()));
            return Result.Ok.OK;
        } else if (command instanceof Command.SetAll all) {
            all.pairs().forEach(pair -> state.put(text(pair.key()), text(pair.value())));
            return Result.Ok.OK;
        } else if (command instanceof Command.Delete delete) {
            Set<String> keys = new HashSet<>();
            delete.keys().forEach(key -> keys.add(text(key)));
            keys.retainAll(state.keySet());
            state.keySet().removeAll(keys);
            return new Result.Count(keys.size());
        } else if (command instanceof Command.IncrementBy increment) {
            String stored = state.getOrDefault(text(increment.key()), "0");
            if (!stored.matches("-?[0-9]{1,15}")) {
                return new Result.Failure(Result.Kind.NOT_AN_INTEGER, "");
            }
            long sum = Long.parseLong(stored) + increment.delta();
            state.put(text(increment.key()), Long.toString(sum));
            return new Result.Count(sum);
        } else if (command instanceof Command.Get get) {
            String value = state.get(text(get.key()));
            return new Result.Value(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
        }
        throw new IllegalArgumentException("not in the workload: " + command);
    }

    static boolean same(Result found, @Nullable Result wanted) {
        if (found instanceof Result.Value value && wanted instanceof Result.Value other) {
            return Arrays.equals(value.bytes(), other.bytes());
        }
        if (found instanceof Result.Failure failure && wanted instanceof Result.Failure other) {
            return failure.kind() == other.kind();
        }
        return found.equals(wanted);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
