package io.tidemark.reload;

import io.vertx.config.ConfigRetriever;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * What a retriever tells of itself, for any number of hearers. A retriever has room for one exception handler alone, and
 * listeners can't be taken away again; so each retriever has one of these, for as long as it lives. Any thread.
 */
final class RetrieverEvents {
    private static final Map<ConfigRetriever, RetrieverEvents> OF = new WeakHashMap<>();

    private final List<Consumer<Reading>> hearers = new CopyOnWriteArrayList<>();

    static RetrieverEvents of(ConfigRetriever retriever) {
        synchronized (OF) {
            return OF.computeIfAbsent(retriever, RetrieverEvents::listeningTo);
        }
    }

    private static RetrieverEvents listeningTo(ConfigRetriever retriever) {
        RetrieverEvents events = new RetrieverEvents();
        retriever.listen(change -> events.tell(new Reading.Good(change.getNewConfiguration())));
        retriever.configStream().exceptionHandler(failure -> events.tell(Reading.Bad.of(failure)));
        return events;
    }

    void add(Consumer<Reading> hearer) {
        hearers.add(hearer);
    }

    void remove(Consumer<Reading> hearer) {
        hearers.remove(hearer);
    }

    private void tell(Reading reading) {
        hearers.forEach(hearer -> hearer.accept(reading));
    }
}
