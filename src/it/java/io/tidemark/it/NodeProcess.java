package io.tidemark.it;

import io.tidemark.it.disk.Shim;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A node in a process of its own, started from the packaged jar (system property {@code tidemark.jar}, else {@code
 * target/tidemark.jar}) on ports of the system's choosing.
 *
 * <pre>{@code
 * try (NodeProcess node = NodeProcess.in(dir).set("shards", "1").start();
 *         RespClient client = node.client()) {
 *     client.call("SET", "a", "b");
 *     node.sigkill();
 * }
 * }</pre>
 *
 * <p>It never outlives {@link #close}, nor the test JVM. Methods may be called from any thread.
 */
final class NodeProcess implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("^redis (\\S+):(\\d+)\\s+ready in .*");
    private static final Pattern ADMIN = Pattern.compile(".* admin HTTP endpoint on http://\\S+:(\\d+)$");
    private static final Duration EXIT_LIMIT = Duration.ofSeconds(30);
    private static final int LAST_LINES = 60;
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(NodeProcess::killTree), "node-reaper"));
    }

    private final Process process;
    private final Queue<String> stdout = new ConcurrentLinkedQueue<>();
    private final Queue<String> stderr = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final CompletableFuture<Integer> adminPort = new CompletableFuture<>();
    private final List<Thread> readers = new ArrayList<>();

    private NodeProcess(Process process) {
        this.process = process;
        readers.add(reader("node-stdout", process.getInputStream(), this::stdoutLine));
        readers.add(reader("node-stderr", process.getErrorStream(), this::stderrLine));
    }

    /** Prepares a node on a data directory, without a reserve file there. */
    static Builder in(Path dataDir) {
        return new Builder()
                .set("data_dir", dataDir.toString())
                .set("redis.port", "0")
                .set("admin.port", "0")
                .set("pressure.ballast_bytes", "0");
    }

    /** Prepares a bare command line ({@code java -jar JAR ARGS...}), for tests of the command line itself. */
    static Builder withArguments(String... arguments) {
        Builder builder = new Builder();
        builder.arguments.clear();
        builder.arguments.addAll(List.of(arguments));
        return builder;
    }

    /** Prepares another program: a class of the tests with the node's classes. */
    static Builder program(Class<?> main, String... arguments) {
        Builder builder = withArguments(arguments);
        builder.main = main;
        return builder;
    }

    /** Java's, also when the node runs under a wrapper. */
    long pid() {
        return javaProcess().pid();
    }

    /** The port for Redis clients; waits until the node is ready, 30 s at most. */
    int port() {
        return awaitReady(Duration.ofSeconds(30));
    }

    /** The port of the admin HTTP endpoint, which is open before the node is ready; waits for it, 30 s at most. */
    int adminPort() {
        return await(adminPort, Duration.ofSeconds(30), "open for operators");
    }

    /**
     * Waits for the ready line.
     *
     * @return the port for Redis clients
     * @throws AssertionError with everything the node has printed, if it exits or stays silent
     */
    int awaitReady(Duration limit) {
        return await(port, limit, "ready");
    }

    private int await(CompletableFuture<Integer> opened, Duration limit, String what) {
        try {
            return opened.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException | InterruptedException notReady) {
            throw new AssertionError("the node was not " + what + " within " + limit + describe(), notReady);
        }
    }

    /** A new connection; waits until the node is ready. */
    RespClient client() throws IOException {
        return RespClient.connect(port());
    }

    /** Everything printed to standard output so far. */
    String stdout() {
        return text(stdout);
    }

    /** Everything printed to standard error so far. */
    String stderr() {
        return text(stderr);
    }

    /** Whether the process still runs. */
    boolean isAlive() {
        return process.isAlive();
    }

    /** Sends SIGTERM; doesn't wait. */
    void sigterm() {
        signal("TERM");
    }

    /** Sends SIGHUP; doesn't wait. */
    void sighup() {
        signal("HUP");
    }

    /** Sends SIGKILL and waits for the end. */
    void sigkill() {
        killTree(process);
        awaitExit(EXIT_LIMIT);
    }

    /** Sends SIGSTOP and waits until every thread has stopped: none is inside a system call any more. */
    void sigstop() {
        signal("STOP");
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        long pid = pid();
        while (!everyThreadStopped(pid)) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new AssertionError("process " + pid + " has threads that don't stop");
            }
            Thread.onSpinWait();
        }
    }

    /** Sends SIGCONT. */
    void sigcont() {
        signal("CONT");
    }

    /** SIGTERM and the exit code. */
    int stop() {
        sigterm();
        return awaitExit(EXIT_LIMIT);
    }

    /**
     * Waits for the end; all output has been read when this returns.
     *
     * @return the exit code; 128 + n after a signal n
     */
    int awaitExit(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the node still runs after " + limit + describe());
            }
            for (Thread reader : readers) {
                reader.join(5_000);
            }
            return process.exitValue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for the node to exit", interrupted);
        }
    }

    /** Kills it if it still runs. */
    @Override
    public void close() {
        if (process.isAlive()) {
            killTree(process);
            awaitExit(EXIT_LIMIT);
        }
        RUNNING.remove(process);
    }

    private void stdoutLine(String line) {
        stdout.add(line);
        Matcher ready = READY.matcher(line);
        if (ready.matches()) {
            port.complete(Integer.valueOf(ready.group(2)));
        }
    }

    private void stderrLine(String line) {
        stderr.add(line);
        Matcher open = ADMIN.matcher(line);
        if (open.matches()) {
            adminPort.complete(Integer.valueOf(open.group(1)));
        }
    }

    private Thread reader(String name, InputStream in, Consumer<String> sink) {
        Thread thread = new Thread(
                () -> {
                    try (BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
                        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                            sink.accept(line);
                        }
                    } catch (IOException closed) {
                        stderr.add("[" + name + ": " + closed + "]");
                    } finally {
                        port.completeExceptionally(new IOException(name + " has ended"));
                        adminPort.completeExceptionally(new IOException(name + " has ended"));
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static String text(Queue<String> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                    .redirectErrorStream(true)
                    .start();
            byte[] said = kill.getInputStream().readAllBytes();
            if (kill.waitFor() != 0) {
                throw new AssertionError("kill -" + name + ": " + new String(said, StandardCharsets.UTF_8));
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    private static boolean everyThreadStopped(long pid) {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path task : tasks.toList()) {
                String stat = Files.readString(task.resolve("stat"), StandardCharsets.ISO_8859_1);
                char state = stat.charAt(stat.lastIndexOf(')') + 2);
                if (state != 'T' && state != 't') {
                    return false;
                }
            }
            return true;
        } catch (IOException threadEnded) {
            return false;
        }
    }

    private ProcessHandle javaProcess() {
        ProcessHandle self = process.toHandle();
        return Stream.concat(Stream.of(self), self.descendants())
                .filter(one -> one.info().command().orElse("").endsWith("/java"))
                .findFirst()
                .orElse(self);
    }

    private static void killTree(Process process) {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    /**
     * How it ended, and the end of what it wrote to standard error, for the report of something that should not have
     * happened. A node whose connections have just broken gets a second to end.
     */
    String lastWords() {
        if (endsWithin(Duration.ofSeconds(1))) {
            awaitExit(EXIT_LIMIT);
        }
        List<String> lines = stderr().lines().toList();
        int left = Math.max(0, lines.size() - LAST_LINES);
        return "; " + end() + "\n--- stderr" + (left > 0 ? ", without the first " + left + " lines" : "") + "\n"
                + String.join("\n", lines.subList(left, lines.size()));
    }

    private boolean endsWithin(Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private String end() {
        return process.isAlive() ? "the node still runs" : "the node exited with " + process.exitValue();
    }

    private String describe() {
        return "; " + end() + "\n--- stdout\n" + stdout() + "--- stderr\n" + stderr();
    }

    /** How the node is started. */
    static final class Builder {
        private final List<String> wrapper = new ArrayList<>();
        /** Lives are short: what pays off later costs more than it gives. */
        private final List<String> jvmOptions = new ArrayList<>(List.of(
                "-Xmx512m",
                "-Xmn16m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:CompileThresholdScaling=10"));

        private final List<String> arguments = new ArrayList<>(List.of("run"));
        private final Map<String, String> settings = new LinkedHashMap<>();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private @Nullable Path workingDirectory;
        private @Nullable Class<?> main;
        private boolean shared = true;

        /** Adds {@code --set key=value}; the last value for a key counts. */
        Builder set(String key, String value) {
            settings.put(key, value);
            return this;
        }

        /** Adds an argument of the command line as it is. */
        Builder argument(String argument) {
            arguments.add(argument);
            return this;
        }

        /** Adds an option of the JVM, such as {@code -Xmx256m}. */
        Builder jvm(String option) {
            jvmOptions.add(option);
            return this;
        }

        /** Sets an environment variable. Variables named {@code TIDEMARK_...} are not inherited from the test. */
        Builder environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** Runs it under a shim, whose orders then strike it. */
        Builder shim(Shim shim) {
            environment.putAll(shim.environment());
            return this;
        }

        /** Puts a command in front, such as {@code strace -f -o FILE}. */
        Builder under(String... command) {
            wrapper.addAll(List.of(command));
            return this;
        }

        /** Sets the working directory. */
        Builder workingDirectory(Path directory) {
            workingDirectory = directory;
            return this;
        }

        /** Starts it and waits until it is ready. */
        NodeProcess start() throws IOException {
            NodeProcess node = launch();
            try {
                node.port();
                return node;
            } catch (AssertionError notReady) {
                node.close();
                throw notReady;
            }
        }

        /** Starts it and doesn't wait. */
        NodeProcess launch() throws IOException {
            List<String> command = new ArrayList<>(wrapper);
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(jvmOptions);
            command.addAll(sharedClasses());
            command.addAll(program());
            command.addAll(arguments);
            settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().keySet().removeIf(name -> name.startsWith("TIDEMARK_"));
            builder.environment().putAll(environment);
            if (workingDirectory != null) {
                builder.directory(workingDirectory.toFile());
            }
            Process process = builder.start();
            RUNNING.add(process);
            return new NodeProcess(process);
        }

        /** {@code tidemark.jar=classes}: what was compiled and not packaged, as it is on this JVM's own class path. */
        private List<String> program() {
            if (System.getProperty("tidemark.jar", "").equals("classes")) {
                String own = System.getProperty("java.class.path");
                return List.of(
                        "-Dlogback.configurationFile=logback.xml", // not the tests', which is on that path, too
                        "-cp",
                        absolute(System.getProperty("surefire.test.class.path", own)),
                        main == null ? "io.tidemark.node.Main" : main.getName());
            }
            if (main == null) {
                return List.of("-jar", jar().toString());
            }
            String tests =
                    main.getProtectionDomain().getCodeSource().getLocation().getPath();
            return List.of("-cp", jar() + File.pathSeparator + tests, main.getName());
        }

        /** A node may have a working directory of its own. */
        private static String absolute(String classPath) {
            return Arrays.stream(classPath.split(File.pathSeparator))
                    .map(entry -> Path.of(entry).toAbsolutePath().toString())
                    .collect(Collectors.joining(File.pathSeparator));
        }

        /** A packaged node starts in half the time with them. */
        private List<String> sharedClasses() throws IOException {
            return shared && main == null
                    ? ClassArchive.file()
                            .map(file ->
                                    List.of("-XX:SharedArchiveFile=" + file, "-Xlog:cds=off", "-Xlog:cds+dynamic=off"))
                            .orElse(List.of())
                    : List.of();
        }

        /** Makes the archive of the node's classes when it ends. */
        Builder archiveClasses(Path archive) {
            shared = false;
            return jvm("-XX:ArchiveClassesAtExit=" + archive);
        }

        static Path jar() {
            Path jar = Path.of(System.getProperty("tidemark.jar", "target/tidemark.jar"))
                    .toAbsolutePath();
            if (!Files.isRegularFile(jar)) {
                throw new AssertionError(jar + " is missing: run `mvn package` first");
            }
            return jar;
        }
    }
}
