package io.tidemark.checkpoint;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which calls of somebody else's code have failed before: the first failure of each is worth a line and a trace. Any thread. */
final class FirstFailures {
    /** For the end of that line. */
    static final String ONCE = "it is called again; later failures of it are not logged";

    private final Set<String> failed = ConcurrentHashMap.newKeySet();

    /** Whether this one has not failed before. */
    boolean isFirst(String call) {
        return failed.add(call);
    }
}
