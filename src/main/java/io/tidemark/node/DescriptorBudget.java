package io.tidemark.node;

import com.sun.management.UnixOperatingSystemMXBean;
import io.tidemark.disk.Disk;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who gets the file descriptors that the process may have: first the JVM, the node's files and the operators, then the clients.
 * Files become more while the node runs, one for each data file; so the clients' share is what is left at the moment. Any thread.
 *
 * @param limit how many the process may have; {@link Long#MAX_VALUE} if unknown
 * @param jvm how many it has, other than files, before the first connection
 * @param shards number of shards
 */
record DescriptorBudget(long limit, long jvm, int shards) {
    private static final Logger LOG = LoggerFactory.getLogger(DescriptorBudget.class);
    /** For what is opened for a moment, listening sockets, and connections that are refused. */
    private static final int SPARE = 48;
    /** Of each shard: the log's file and the next one, a data file, a manifest. */
    private static final int FILES_PER_SHARD = 4;

    private static final int MAX_OPERATORS = 256;
    private static final int MIN_OPERATORS = 16;
    /** Operators get one in so many. */
    private static final int OPERATORS_SHARE = 16;
    /** A node that nobody can reach is of no use, whatever its limit. */
    private static final int MIN_CLIENTS = 8;

    /** Of this process as it is now. */
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

    /** Connections for the operators. */
    int operators() {
        return (int) Math.max(MIN_OPERATORS, Math.min(MAX_OPERATORS, limit / OPERATORS_SHARE));
    }

    /** Connections that there can be for clients beside the files that are open now. */
    int clients() {
        return clients(Disk.openFiles());
    }

    /** The same beside so many files. */
    int clients(int openFiles) {
        long files = Math.max(openFiles, 0) + (long) FILES_PER_SHARD * shards;
        return (int) Math.max(MIN_CLIENTS, Math.min(Integer.MAX_VALUE, limit - jvm - operators() - SPARE - files));
    }

    /** Logs it if there can't be as many clients as are allowed. */
    void check(int maxClients) {
        int possible = clients();
        if (possible < maxClients) {
            LOG.warn(
                    "redis.max_clients is {}, but the process may have {} file descriptors (ulimit -n): at most {} clients are"
                            + " served now, fewer as data files are added. Raise the limit to {} or more (LimitNOFILE), or"
                            + " set redis.max_clients to what is needed",
                    maxClients,
                    limit,
                    possible,
                    limit + maxClients - possible);
        }
    }
}
