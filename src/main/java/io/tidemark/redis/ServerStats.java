package io.tidemark.redis;

import io.tidemark.shard.Command;
import io.tidemark.shard.Result;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** What the server has counted since it was made. Any thread. */
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

    /** A shard has answered a command: counts the keys that GET, MGET and EXISTS have found and not found. */
    void answered(Command command, Result result) {
        if (result instanceof Result.Value value) {
            (value.bytes() == null ? misses : hits).increment();
        } else if (result instanceof Result.Values values) {
            found(
                    values.all().stream().filter(Objects::nonNull).count(),
                    values.all().size());
        } else if (command instanceof Command.Exists exists && result instanceof Result.Count there) {
            found(there.number(), exists.keys().size());
        }
    }

    private void found(long there, int askedFor) {
        hits.add(there);
        misses.add(askedFor - there);
    }
}
