package io.tidemark.node;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns SIGHUP into a request to read again what can be read again while the node runs, as daemons do. The JVM would answer
 * it by ending the process.
 *
 * <p>Each part that can read something again adds a listener. A signal that came before the listener isn't lost.
 *
 * <p>A shutdown hook, by which {@link StopSignal} hears of SIGTERM, can't tell signals apart and can't go on. The JVM hands
 * out single signals by {@code sun.misc.Signal} alone. It is in the module {@code jdk.unsupported}, and the compiler warns
 * of it whatever is suppressed; so it is looked up by name.
 *
 * <p>Methods may be called from any thread.
 */
final class ReloadSignal {
    private static final Logger LOG = LoggerFactory.getLogger(ReloadSignal.class);
    private static final String NAME = "HUP";

    private final List<Runnable> listeners = new ArrayList<>();
    private boolean askedBefore;

    /** One that hears of no signal until {@link #install}: SIGHUP ends the process, as it does any other. */
    ReloadSignal() {}

    /**
     * Makes it hear of this process's SIGHUP; once. One that was ignored when the process was started ({@code nohup}) stays
     * ignored, and one that the JVM was told to leave alone ({@code -Xrs}) stays the system's.
     */
    void install() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, heard());
            Object before = signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(NAME), proxy);
            if (before != null && before.equals(handler.getField("SIG_IGN").get(null))) {
                LOG.info("SIGHUP was ignored when the process was started, and still is: it reads nothing again");
            }
        } catch (InvocationTargetException refused) {
            LOG.info("SIGHUP reads nothing again: {}", String.valueOf(refused.getCause()));
        } catch (ReflectiveOperationException | RuntimeException notThere) {
            LOG.info("SIGHUP reads nothing again, this JVM hears of no signals: {}", notThere.toString());
        }
    }

    /**
     * Adds a listener, for good.
     *
     * @param listener called at each signal, on a thread that the JVM makes for it, so at the next signal perhaps before it
     *     has returned; also now, on this thread, if there has been a signal before
     */
    void add(Runnable listener) {
        boolean makeUp;
        synchronized (this) {
            listeners.add(listener);
            makeUp = askedBefore;
        }
        if (makeUp) {
            call(listener);
        }
    }

    /** Asks all listeners, as a signal would. */
    void ask() {
        List<Runnable> now;
        synchronized (this) {
            askedBefore = true;
            now = List.copyOf(listeners);
        }
        now.forEach(ReloadSignal::call);
    }

    private static void call(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException failed) {
            LOG.warn("SIGHUP: what was asked to be read again could not be", failed);
        }
    }

    private InvocationHandler heard() {
        return (proxy, method, arguments) -> {
            if (method.getDeclaringClass() == Object.class) {
                return ofObject(proxy, method.getName(), arguments);
            }
            ask();
            return null;
        };
    }

    private static Object ofObject(Object proxy, String method, Object @Nullable [] arguments) {
        return switch (method) {
            case "equals" -> arguments != null && proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "SIGHUP reads again";
        };
    }
}
