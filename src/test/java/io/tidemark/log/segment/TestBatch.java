package io.tidemark.log.segment;

import io.tidemark.log.LogBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A batch whose payload is a text, or none; remembers what became of it. */
final class TestBatch implements LogBatch {
    private final @Nullable String text;
    int closes;
    int applies;
    int failures;

    @Nullable
    IOException cause;

    boolean outcomeUnknown;

    TestBatch(@Nullable String text) {
        this.text = text;
    }

    @Override
    public @Nullable ByteBuffer close() {
        closes++;
        return text == null ? null : ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void failed(IOException failure, boolean unknown) {
        failures++;
        cause = failure;
        outcomeUnknown = unknown;
    }
}
