package io.tidemark.it;

import java.io.IOException;
import java.time.Duration;

/** A server that speaks RESP, keeps its data in one directory over several lives, and can be killed. */
interface ServerUnderTest extends AutoCloseable {

    /** Starts it and waits until it answers. */
    void start() throws IOException;

    /** Starts it and kills it after this time. */
    void startAndKillAfter(Duration time) throws IOException;

    /** Port of the life that runs now. */
    int port();

    /** SIGKILL, and waits for the end. */
    void kill() throws IOException;

    /** Ordered stop by SIGTERM; returns the exit code. */
    int stop() throws IOException;

    /** What it printed in the life that runs now, or in the last one. */
    String output();

    /** Ends it if it runs. */
    @Override
    void close();
}
