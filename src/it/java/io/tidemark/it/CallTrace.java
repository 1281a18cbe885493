package io.tidemark.it;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.Method;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.MethodEntryEvent;
import com.sun.jdi.request.EventRequest;
import com.sun.jdi.request.MethodEntryRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * The methods of given packages that another JVM enters, by the Java debug interface. The JVM is not suspended. One
 * thread.
 */
final class CallTrace implements AutoCloseable {
    /** Once no method was entered for this long, a request has been carried out. */
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(60);

    private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /**
     * A method that was entered.
     *
     * @param bytes size of its bytecode
     */
    record Call(String thread, String type, String method, int bytes) {
        boolean isConstructor() {
            return method.startsWith("<");
        }

        /** Whether the class is only the JVM's adapter for a lambda; the lambda's body is a method of its own. */
        boolean isAdapter() {
            return type.contains("$$Lambda");
        }

        /** The class in whose file it stands. */
        String outerType() {
            int end = type.indexOf('$');
            return end < 0 ? type : type.substring(0, end);
        }

        @Override
        public String toString() {
            return thread + " " + type.substring("io.tidemark.".length()) + "." + method + " " + bytes;
        }
    }

    private final VirtualMachine machine;
    private final MethodEntryRequest entries;
    private final Map<Method, Integer> sizes = new HashMap<>();
    private final Map<Long, String> threads = new HashMap<>();

    private CallTrace(VirtualMachine machine, String packages) {
        this.machine = machine;
        entries = machine.eventRequestManager().createMethodEntryRequest();
        entries.addClassFilter(packages);
        entries.setSuspendPolicy(EventRequest.SUSPEND_NONE);
    }

    /**
     * Attaches to a JVM that was started with JDWP.
     *
     * @param port where it listens on 127.0.0.1
     * @param packages of the classes whose methods count, such as {@code io.tidemark.*}
     */
    static CallTrace attach(int port, String packages) throws Exception {
        AttachingConnector socket = Bootstrap.virtualMachineManager().attachingConnectors().stream()
                .filter(connector -> connector.name().equals("com.sun.jdi.SocketAttach"))
                .findFirst()
                .orElseThrow();
        Map<String, Connector.Argument> arguments = socket.defaultArguments();
        Objects.requireNonNull(arguments.get("hostname")).setValue("127.0.0.1");
        Objects.requireNonNull(arguments.get("port")).setValue(Integer.toString(port));
        return new CallTrace(socket.attach(arguments), packages);
    }

    /** From now on calls are recorded. */
    void begin() {
        entries.enable();
    }

    /** The calls since {@link #begin}, in the order of each thread, once the JVM has become quiet. */
    List<Call> end() throws InterruptedException {
        List<Call> calls = new ArrayList<>();
        long began = System.nanoTime();
        long last = began;
        while (System.nanoTime() - last < QUIET_NANOS && System.nanoTime() - began < MAX_WAIT_NANOS) {
            last = take(10, calls) ? System.nanoTime() : last;
        }
        entries.disable();
        while (take(1, new ArrayList<>())) {
            // what came while it was disabled belongs to no request
        }
        return calls;
    }

    private boolean take(long waitMs, List<Call> calls) throws InterruptedException {
        EventSet set = machine.eventQueue().remove(waitMs);
        if (set == null) {
            return false;
        }
        for (Event event : set) {
            if (event instanceof MethodEntryEvent entry) {
                Method method = entry.method();
                calls.add(new Call(
                        threads.computeIfAbsent(
                                entry.thread().uniqueID(), id -> entry.thread().name()),
                        method.declaringType().name(),
                        method.name(),
                        sizes.computeIfAbsent(method, one -> one.bytecodes().length)));
            }
        }
        set.resume();
        return true;
    }

    @Override
    public void close() {
        try {
            machine.dispose();
        } catch (VMDisconnectedException ended) {
            // it has ended already
        }
    }
}
