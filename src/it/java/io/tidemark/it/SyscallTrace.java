package io.tidemark.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code strace} attached to a running process and all its threads, for some system calls, with the files' paths. */
final class SyscallTrace implements AutoCloseable {

    private static final Pattern LINE =
            Pattern.compile("^(\\d+)\\s+(\\d+\\.\\d{6}) (\\w+)\\((?:-?\\d+(?:<([^>]*)>)?)?.*");

    private final Process strace;
    private final Path output;

    private SyscallTrace(Process strace, Path output) {
        this.strace = strace;
        this.output = output;
    }

    /**
     * One call as it was begun.
     *
     * @param path file of its first argument, empty if that is no descriptor
     * @param thread the kernel's number of the thread that made it
     */
    record Call(Instant time, String name, String path, int thread) {}

    /**
     * Attaches; returns when every thread is traced.
     *
     * @param calls names separated by commas
     * @param output a file that strace writes
     * @throws IOException if it can't attach, with what it said
     */
    static SyscallTrace attach(long pid, String calls, Path output) throws IOException {
        Process strace = new ProcessBuilder(
                        "strace",
                        "-f",
                        "-y",
                        "-ttt",
                        "-e",
                        "trace=" + calls,
                        "-o",
                        output.toString(),
                        "-p",
                        Long.toString(pid))
                .redirectErrorStream(true)
                .start();
        BufferedReader said = strace.inputReader(StandardCharsets.UTF_8);
        String line = said.readLine();
        if (line == null || !line.contains(" attached")) {
            strace.destroyForcibly();
            throw new IOException("strace -p " + pid + " said: " + line);
        }
        Thread drain = new Thread(() -> drain(said), "strace-output");
        drain.setDaemon(true);
        drain.start();
        return new SyscallTrace(strace, output);
    }

    /** It says something for each new thread, and must never wait for a full pipe. */
    private static void drain(BufferedReader said) {
        try {
            said.transferTo(Writer.nullWriter());
        } catch (IOException closed) {
            return; // by its end
        }
    }

    /** Detaches while the process continues; returns all calls seen, in order. */
    List<Call> detach() throws IOException {
        close();
        return parse(Files.readAllLines(output, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() {
        strace.destroy(); // SIGTERM: strace detaches
        try {
            if (!strace.waitFor(20, TimeUnit.SECONDS)) {
                strace.destroyForcibly();
            }
        } catch (InterruptedException e) {
            strace.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Beginnings of calls alone: lines of resumed calls, signals and exits are left out. */
    static List<Call> parse(List<String> lines) {
        List<Call> calls = new ArrayList<>();
        for (String line : lines) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                String[] time = matcher.group(2).split("\\.", -1);
                Instant at =
                        Instant.ofEpochSecond(Long.parseLong(time[0])).plus(Long.parseLong(time[1]), ChronoUnit.MICROS);
                String path = matcher.group(4);
                calls.add(new Call(at, matcher.group(3), path == null ? "" : path, Integer.parseInt(matcher.group(1))));
            }
        }
        return calls;
    }
}
