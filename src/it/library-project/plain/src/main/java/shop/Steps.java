package shop;

import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;

/** Waits and checks of both projects. */
final class Steps {
    private Steps() {}

    static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** Ends the process with exit code 1 if the check does not hold. */
    static void check(String what, boolean holds) {
        if (!holds) {
            System.out.println("FAILED: " + what);
            System.exit(1);
        }
    }
}
