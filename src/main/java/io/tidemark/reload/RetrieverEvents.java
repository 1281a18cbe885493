package io.tidemark.reload;

import io.vertx.config.ConfigRetriever;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * What a retriever reports, for any number of observers. A retriever holds one exception handler only, and its
 * listeners cannot be removed; so each retriever has one instance of this class, which lives as long as it does. Any
 * thread.
 */
final class RetrieverEvents {
    private static final Map<ConfigRetriever, RetrieverEvents> OF = new WeakHashMap<>();

    private final List<Consumer<ReadResult>> observers = new CopyOnWriteArrayList<>();

    static RetrieverEvents of(ConfigRetriever retriever) {
        synchronized (OF) {
            return OF.computeIfAbsent(retriever, RetrieverEvents::listeningTo);
        }
    }

    private static RetrieverEvents listeningTo(ConfigRetriever retriever) {
        RetrieverEvents events = new RetrieverEvents();
        retriever.listen(change -> events.publish(new ReadResult.Success(change.getNewConfiguration())));
        retriever.configStream().exceptionHandler(failure -> events.publish(ReadResult.Failure.of(failure)));
        return events;
    }

    void add(Consumer<ReadResult> observer) {
        observers.add(observer);
    }

    void remove(Consumer<ReadResult> observer) {
        observers.remove(observer);
    }

    private void publish(ReadResult result) {
        observers.forEach(observer -> observer.accept(result));
    }
}
