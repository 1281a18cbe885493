package io.tidemark.redis;

import java.lang.management.ManagementFactory;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * What clients and monitoring hear of which server this is. Made once, not on an event loop.
 *
 * @param runId 40 hexadecimal digits, other ones at each start
 * @param replicationId the same, for the history of the data, as Redis makes it when it has no replicas
 * @param systemMemoryBytes memory of the machine, or of the container
 */
record ServerIdentity(String runId, String replicationId, long systemMemoryBytes) {

    /** The Redis version whose commands, of those there are, this server answers alike. */
    static final String REDIS_VERSION = "7.0.0";

    /** That of a server that starts now. */
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
