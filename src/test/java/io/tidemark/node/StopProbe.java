package io.tidemark.node;

import java.util.concurrent.CompletableFuture;

/** A process that exits with the code of its first argument when asked to stop; never, if that is "never". */
final class StopProbe {
    private StopProbe() {}

    public static void main(String[] arguments) {
        StopSignal stop = new StopSignal();
        stop.install();
        stop.limitMs(500);
        if (arguments[0].equals("now")) {
            stop.exit(5);
        }
        System.out.println("running");
        stop.asked().join();
        if (arguments[0].equals("never")) {
            new CompletableFuture<Void>().join();
        }
        stop.exit(Integer.parseInt(arguments[0]));
    }
}
