package io.tidemark.node;

import com.sun.management.UnixOperatingSystemMXBean;
import io.tidemark.disk.Disk;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Divides the process's file descriptors: first the JVM, the node's files and the operators, then the clients. The
 * number of files grows while the node runs, one for each data file; so the clients get what is left at the moment. Any
 * thread.
 *
 * @param limit the limit of the process; {@link Long#MAX_VALUE} if unknown
 * @param jvm descriptors in use, other than files, before the first connection
 * @param shards number of shards
 */
record DescriptorBudget(long limit, long jvm, int shards) {
    private static final Logger LOG = LoggerFactory.getLogger(DescriptorBudget.class);
    /** For files opened briefly, listening sockets, and refused connections. */
    private static final int SPARE = 48;
    /** For each shard: the log's segment and the next one, a data file, a manifest. */
    private static final int FILES_PER_SHARD = 4;

    private static final int MAX_OPERATORS = 256;
    private static final int MIN_OPERATORS = 16;
    /** Operators get one of this many descriptors. */
    private static final int OPERATORS_SHARE = 16;
    /** A node must stay reachable, whatever its limit. */
    private static final int MIN_CLIENTS = 8;

    /** The budget of this process now. */
    static DescriptorBudget now(int shards) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            long limit = system.getMaxFileDescriptorCount();
            long open = system.getOpenFileDescriptorCount();
            if (limit > 0 && open > 0) {
                return new DescriptorBudget(limit, open - Disk.openFiles(), shards);
            }
        }
        return new DescriptorBudget(Long.MAX_VALUE, 0, shards);
    }

    /** Maximum connections of the admin HTTP endpoint. */
    int operators() {
        return (int) Math.max(MIN_OPERATORS, Math.min(MAX_OPERATORS, limit / OPERATORS_SHARE));
    }

    /** Maximum client connections beside the files open now. */
    int clients() {
        return clients(Disk.openFiles());
    }

    /** The same for a given number of open files. */
    int clients(int openFiles) {
        long files = Math.max(openFiles, 0) + (long) FILES_PER_SHARD * shards;
        return (int) Math.max(MIN_CLIENTS, Math.min(Integer.MAX_VALUE, limit - jvm - operators() - SPARE - files));
    }

    /** Logs a warning if the descriptors do not suffice for {@code redis.max_clients}. */
    void check(int maxClients) {
        int possible = clients();
        if (possible < maxClients) {
            LOG.warn(
                    "redis.max_clients is {}, but the process may have {} file descriptors (ulimit -n): at most {} clients are"
                            + " served now, fewer as data files are added. Raise the limit to {} or more (LimitNOFILE), or"
                            + " lower redis.max_clients",
                    maxClients,
                    limit,
                    possible,
                    limit + maxClients - possible);
        }
    }
}
