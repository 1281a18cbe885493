package io.tidemark.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Any other RESP server, by its command line; {@code {port}} and {@code {dir}} in it are replaced, {@code
 * {none}} becomes an empty word. It shows that the
 * checker passes a server that keeps its word and fails one that doesn't.
 */
final class CommandUnderTest implements ServerUnderTest {

    private static final Duration READY_LIMIT = Duration.ofSeconds(20);

    private final List<String> command;
    private final Path directory;
    private @Nullable Process process;
    private int port;

    /** @param commandLine words separated by spaces; a word in itself holds none */
    CommandUnderTest(String commandLine, Path directory) {
        this.command = Arrays.asList(commandLine.split(" "));
        this.directory = directory;
    }

    @Override
    public void start() throws IOException {
        launch();
        long deadlineNanos = System.nanoTime() + READY_LIMIT.toNanos();
        while (!answers()) {
            if (System.nanoTime() - deadlineNanos > 0 || !running().isAlive()) {
                close();
                throw new IOException("not ready: " + command + "; its output is in " + directory.resolve("output"));
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    @Override
    public void startAndKillAfter(Duration time) throws IOException {
        launch();
        LockSupport.parkNanos(time.toNanos());
        close();
    }

    @Override
    public int port() {
        return port;
    }

    /** Of the life that runs now. */
    long pid() {
        return running().pid();
    }

    @Override
    public void kill() {
        close();
    }

    @Override
    public int stop() throws IOException {
        Process stopping = running();
        stopping.destroy();
        try {
            return stopping.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the server stopped", e);
        } finally {
            close();
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
            boolean interrupted = false;
            while (process.isAlive()) {
                try {
                    process.waitFor();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            process = null;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public String output() {
        try {
            return Files.readString(directory.resolve("output"));
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    private void launch() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Files.createDirectories(directory);
        List<String> words = command.stream()
                .map(word -> word.replace("{port}", Integer.toString(port))
                        .replace("{dir}", directory.toString())
                        .replace("{none}", ""))
                .toList();
        process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile())
                .start();
    }

    private boolean answers() {
        try (RespClient client = RespClient.connect(port)) {
            return "PONG".equals(client.call("PING"));
        } catch (IOException notYet) {
            return false;
        }
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException("the server has not been started");
        }
        return process;
    }
}
