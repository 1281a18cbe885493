package io.tidemark.checkpoint;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers which calls of user code have failed: only the first failure of each is logged. Any thread. */
final class FirstFailures {
    /** End of that log line. */
    static final String ONCE = "it is called again; later failures of it are not logged";

    private final Set<String> failed = ConcurrentHashMap.newKeySet();

    /** Records a failure; true if it is the first of this call. */
    boolean isFirst(String call) {
        return failed.add(call);
    }
}
