package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long the write path is: what one {@code SET} of one client costs a node that does nothing else. It measures no time.
 * The smallest of several requests counts, so that no timer of the node and no rare step (a new segment, a file that
 * grows) is in it.
 *
 * <ul>
 *   <li><b>Calls</b>: entries into methods of {@code io.tidemark}, on all threads, from the request to the last step after
 *       the reply. Constructors, the JVM's adapters of lambdas, and methods of less than {@value #MIN_METHOD_BYTES} bytes of
 *       bytecode (accessors, plain forwarding) are left out.
 *   <li><b>Classes</b>: source files in which these methods stand.
 *   <li><b>Copies</b>: bytes that the event loops and the shards' threads allocate on the heap, divided by the value's
 *       length: Vert.x's buffer, the parser's array with its growth, and what the shard adds. How the value arrives in pieces
 *       moves it by a quarter. Buffers that are used again are not in it: Netty's, the log's group, the data file's block.
 * </ul>
 *
 * <p>Each bound is what was reached, and a little for what happens in the background. If a change of yours needs more, raise it, and say in the commit what it is for.
 */
@Timeout(90)
class WritePathIT {
    private static final int MIN_METHOD_BYTES = 12;
    private static final int REQUESTS = 20;
    private static final int VALUE_BYTES = 1 << 20;

    private static final int MAX_CALLS = 260;
    private static final int MAX_CLASSES = 57;
    private static final double MAX_COPIES = 4.5;

    /** Some of its methods, from the first to the last thread. */
    private static final Set<String> WHOLE_PATH = Set.of("parse", "gather", "force", "mark", "complete", "flush");

    private static final Pattern LISTENING = Pattern.compile("Listening for transport dt_socket at address: (\\d+)");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path dir;

    private NodeProcess.Builder node() {
        return NodeProcess.in(dir.resolve("data")).set("shards", "1");
    }

    @Test
    void set_small_takesNoMoreCallsThanKnown() throws Exception {
        try (NodeProcess node = node().jvm("-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0")
                        .start();
                RespClient client = node.client()) {
            for (int i = 0; i < 200; i++) {
                client.set("k" + i, "v"); // classes are loaded, files are there
            }
            List<CallTrace.Call> fewest = List.of();
            try (CallTrace trace = CallTrace.attach(debugPort(node), "io.tidemark.*")) {
                for (int i = 0; i < REQUESTS; i++) {
                    trace.begin();
                    client.set("k" + i, "w");
                    List<CallTrace.Call> calls = trace.end();
                    boolean whole = calls.stream()
                            .map(CallTrace.Call::method)
                            .collect(Collectors.toSet())
                            .containsAll(WHOLE_PATH); // on a busy machine events may come too late
                    if (whole && (fewest.isEmpty() || calls.size() < fewest.size())) {
                        fewest = calls;
                    }
                }
            }
            List<CallTrace.Call> steps = fewest.stream()
                    .filter(call -> !call.isConstructor() && !call.isAdapter() && call.bytes() >= MIN_METHOD_BYTES)
                    .toList();
            long classes =
                    steps.stream().map(CallTrace.Call::outerType).distinct().count();
            System.out.printf(
                    Locale.ROOT,
                    "WritePathIT: one SET is %d calls in %d classes (%d with constructors, adapters and accessors)%n",
                    steps.size(),
                    classes,
                    fewest.size());
            assertThat(steps).as("the whole path was seen").isNotEmpty();
            assertThat(steps).as("calls of one SET").hasSizeLessThanOrEqualTo(MAX_CALLS);
            assertThat(classes).as("classes of %s", steps).isLessThanOrEqualTo(MAX_CLASSES);
        }
    }

    @Test
    void set_large_isCopiedNoOftenerThanKnown() throws Exception {
        try (NodeProcess node = node().start();
                RespClient client = node.client()) {
            byte[] value = new byte[VALUE_BYTES];
            for (int i = 0; i < 5; i++) {
                client.set("k" + i, value);
            }
            List<Double> copies = new ArrayList<>();
            try (HeapMeter meter = HeapMeter.attach(node.pid(), "vert.x-", "tidemark-")) {
                for (int i = 0; i < REQUESTS; i++) {
                    long before = meter.allocatedBytes();
                    client.set("k" + i % 5, value);
                    copies.add((meter.allocatedBytes() - before) / (double) VALUE_BYTES);
                }
            }
            double fewest = copies.stream().min(Double::compare).orElseThrow();
            System.out.printf(Locale.ROOT, "WritePathIT: a value of 1 MiB is copied on the heap %.2f times%n", fewest);
            assertThat(fewest).as("it was measured").isGreaterThan(0.9);
            assertThat(fewest).as("heap bytes per byte of the value").isLessThanOrEqualTo(MAX_COPIES);
        }
    }

    private static int debugPort(NodeProcess node) {
        Matcher found = LISTENING.matcher(node.stdout());
        assertThat(found.find()).as("an address for debuggers").isTrue();
        return Integer.parseInt(found.group(1));
    }
}
