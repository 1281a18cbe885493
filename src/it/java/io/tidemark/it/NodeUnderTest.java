package io.tidemark.it;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Tidemark's own node, with other settings in each of its lives. */
final class NodeUnderTest implements ServerUnderTest {

    private final Path dataDir;
    private final IntFunction<Map<String, String>> settings;
    private @Nullable NodeProcess node;
    private int life;
    private String lastOutput = "";

    /**
     * @param dataDir the one directory
     * @param settings {@code --set} keys and values by number of the life, from 0
     */
    NodeUnderTest(Path dataDir, IntFunction<Map<String, String>> settings) {
        this.dataDir = dataDir;
        this.settings = settings;
    }

    @Override
    public void start() throws IOException {
        node = builder().start();
    }

    @Override
    public void startAndKillAfter(Duration time) throws IOException {
        try (NodeProcess brief = builder().launch()) {
            LockSupport.parkNanos(time.toNanos());
            brief.sigkill();
        }
    }

    @Override
    public int port() {
        return running().port();
    }

    @Override
    public void kill() {
        running().sigkill();
        close();
    }

    @Override
    public int stop() {
        int exitCode = running().stop();
        close();
        return exitCode;
    }

    @Override
    public void close() {
        if (node != null) {
            node.close();
            lastOutput = output();
            node = null;
        }
    }

    @Override
    public String output() {
        return node == null ? lastOutput : node.stdout() + node.stderr();
    }

    private NodeProcess.Builder builder() {
        NodeProcess.Builder builder = NodeProcess.in(dataDir);
        settings.apply(life++).forEach(builder::set);
        return builder;
    }

    private NodeProcess running() {
        if (node == null) {
            throw new IllegalStateException("the node has not been started");
        }
        return node;
    }
}
