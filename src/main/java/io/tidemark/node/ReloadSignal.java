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
 * Turns SIGHUP into a reload request, as daemons do. By default the JVM would end the process.
 *
 * <p>Each part that can reload adds a listener. A signal that arrived before a listener was added isn't lost.
 *
 * <p>A shutdown hook, which {@link StopSignal} uses for SIGTERM, can't distinguish signals and can't let the process
 * continue. Only {@code sun.misc.Signal} delivers single signals. It is in the module {@code jdk.unsupported}, and its
 * compiler warning can't be suppressed; so it is looked up by name.
 *
 * <p>Methods may be called from any thread.
 */
final class ReloadSignal {
    private static final Logger LOG = LoggerFactory.getLogger(ReloadSignal.class);
    private static final String NAME = "HUP";

    private final List<Runnable> listeners = new ArrayList<>();
    private boolean requested;

    /** Ignores signals until {@link #install}: until then SIGHUP ends the process, as usual. */
    ReloadSignal() {}

    /**
     * Installs the handler of SIGHUP; once. A SIGHUP that was ignored when the process was started ({@code nohup})
     * stays ignored, and under the JVM's option {@code -Xrs} the system's default applies.
     */
    void install() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, handler());
            Object before = signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(NAME), proxy);
            if (before != null && before.equals(handler.getField("SIG_IGN").get(null))) {
                LOG.info("SIGHUP was ignored when the process was started, and still is: it does not reload");
            }
        } catch (InvocationTargetException refused) {
            LOG.info("SIGHUP does not reload: {}", String.valueOf(refused.getCause()));
        } catch (ReflectiveOperationException | RuntimeException unavailable) {
            LOG.info("SIGHUP does not reload, this JVM does not deliver signals: {}", unavailable.toString());
        }
    }

    /**
     * Adds a listener; it can't be removed.
     *
     * @param listener called at each signal, on a new thread of the JVM, possibly while an earlier call still runs;
     *     also now, on this thread, if there was a signal before
     */
    void add(Runnable listener) {
        boolean requestedBefore;
        synchronized (this) {
            listeners.add(listener);
            requestedBefore = requested;
        }
        if (requestedBefore) {
            call(listener);
        }
    }

    /** Notifies all listeners, as a signal would. */
    void ask() {
        List<Runnable> now;
        synchronized (this) {
            requested = true;
            now = List.copyOf(listeners);
        }
        now.forEach(ReloadSignal::call);
    }

    private static void call(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException failed) {
            LOG.warn("SIGHUP: a reload failed", failed);
        }
    }

    private InvocationHandler handler() {
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
            default -> "SIGHUP reload handler";
        };
    }
}
