package io.tidemark.redis;

import io.tidemark.shard.Command;
import io.tidemark.shard.Result;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** Counters since the server was created. Any thread. */
final class ServerStats {
    final LongAdder connections = new LongAdder();
    final LongAdder rejectedConnections = new LongAdder();
    final LongAdder slowReaders = new LongAdder();
    final LongAdder overLimit = new LongAdder();
    final LongAdder commands = new LongAdder();
    final LongAdder inputBytes = new LongAdder();
    final LongAdder outputBytes = new LongAdder();
    final LongAdder hits = new LongAdder();
    final LongAdder misses = new LongAdder();

    /** Counts the hits and misses of GET, MGET and EXISTS in a shard's answer. */
    void answered(Command command, Result result) {
        if (result instanceof Result.Value value) {
            (value.bytes() == null ? misses : hits).increment();
        } else if (result instanceof Result.Values values) {
            countLookups(
                    values.all().stream().filter(Objects::nonNull).count(),
                    values.all().size());
        } else if (command instanceof Command.Exists exists && result instanceof Result.Count found) {
            countLookups(found.number(), exists.keys().size());
        }
    }

    private void countLookups(long found, int requested) {
        hits.add(found);
        misses.add(requested - found);
    }
}
