package io.tidemark.it.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** {@code @ExtendWith(NothingLeft.class)}: the class's tests have removed every disk that they made. */
public final class NothingLeft implements AfterAllCallback {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(2);

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        long begunNanos = System.nanoTime();
        List<String> left = OpenDisks.left();
        while (!left.isEmpty() && System.nanoTime() - begunNanos < LIMIT_NANOS) {
            LockSupport.parkNanos(
                    TimeUnit.MILLISECONDS.toNanos(20)); // the kernel frees a device a moment after the unmount
            left = OpenDisks.left();
        }
        assertThat(left).as("left behind by " + context.getDisplayName()).isEmpty();
    }
}
