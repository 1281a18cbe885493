package io.tidemark.redis;

import java.util.concurrent.atomic.LongAdder;

/** What the server has counted since it was made. Any thread. */
final class ServerStats {
    final LongAdder connections = new LongAdder();
    final LongAdder rejectedConnections = new LongAdder();
    final LongAdder slowReaders = new LongAdder();
    final LongAdder commands = new LongAdder();
    final LongAdder inputBytes = new LongAdder();
    final LongAdder outputBytes = new LongAdder();
}
