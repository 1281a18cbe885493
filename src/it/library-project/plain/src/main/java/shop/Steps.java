package shop;

import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;

/** What both shops do at each step. */
final class Steps {
    private Steps() {}

    static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** Ends the process with exit code 1 if it does not hold. */
    static void check(String what, boolean holds) {
        if (!holds) {
            System.out.println("NOT SO: " + what);
            System.exit(1);
        }
    }
}
