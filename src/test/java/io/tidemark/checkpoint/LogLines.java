package io.tidemark.checkpoint;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What this package's loggers write from a level on, as "LEVEL message", from now until it is closed. */
final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.tidemark.checkpoint");
    private final Level from;
    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

    /** WARN and above. */
    LogLines() {
        this(Level.WARN);
    }

    LogLines(Level from) {
        this.from = from;
        start();
        logger.setLevel(from);
        logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLevel().isGreaterOrEqual(from)) {
            events.add(event);
        }
    }

    /** Those with a word in them, in order. */
    List<String> with(String word) {
        return events.stream()
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .filter(line -> line.contains(word))
                .toList();
    }

    /** How many of those with a word in them have a stack trace. */
    long traces(String word) {
        return events.stream()
                .filter(event -> event.getFormattedMessage().contains(word) && event.getThrowableProxy() != null)
                .count();
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setLevel(null);
        stop();
    }
}
