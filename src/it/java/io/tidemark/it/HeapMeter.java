package io.tidemark.it;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.ArrayList;
import java.util.List;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Heap bytes that threads of another JVM have allocated, as that JVM counts them, by JMX over the attach interface. */
final class HeapMeter implements AutoCloseable {
    private final JMXConnector connector;
    private final ThreadMXBean threads;
    private final long[] ids;

    private HeapMeter(JMXConnector connector, List<String> prefixes) throws Exception {
        this.connector = connector;
        threads = ManagementFactory.newPlatformMXBeanProxy(
                connector.getMBeanServerConnection(), ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
        List<Long> found = new ArrayList<>();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && prefixes.stream().anyMatch(thread.getThreadName()::startsWith)) {
                found.add(thread.getThreadId());
            }
        }
        ids = found.stream().mapToLong(Long::longValue).toArray();
    }

    /**
     * Attaches to a JVM.
     *
     * @param prefixes of the names of the threads that count; they must be running already
     */
    @SuppressWarnings("BanJNDI") // the URL is that of a process of our own
    static HeapMeter attach(long pid, String... prefixes) throws Exception {
        VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
        try {
            JMXServiceURL url = new JMXServiceURL(machine.startLocalManagementAgent());
            return new HeapMeter(JMXConnectorFactory.connect(url), List.of(prefixes));
        } finally {
            machine.detach();
        }
    }

    /** Bytes allocated by all of the threads since they were started. */
    long allocatedBytes() {
        long sum = 0;
        for (long bytes : threads.getThreadAllocatedBytes(ids)) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
