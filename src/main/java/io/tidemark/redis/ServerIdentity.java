package io.tidemark.redis;

import java.lang.management.ManagementFactory;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The identity of this server, for clients and monitoring. Created once, not on an event loop.
 *
 * @param runId 40 hexadecimal digits, random at each start
 * @param replicationId as {@code runId}; identifies the history of the data, as in a Redis without replicas
 * @param systemMemoryBytes memory of the machine, or of the container
 */
record ServerIdentity(String runId, String replicationId, long systemMemoryBytes) {

    /** The identity of a server that starts now. */
    static ServerIdentity make() {
        SecureRandom random = new SecureRandom();
        return new ServerIdentity(hex(random), hex(random), systemMemory());
    }

    private static String hex(SecureRandom random) {
        byte[] bytes = new byte[20];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static long systemMemory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 0;
    }
}
