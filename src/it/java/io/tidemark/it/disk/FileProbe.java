package io.tidemark.it.disk;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * A second JVM that carries out commands on one file, by the calls that the node uses, and prints the result of each: {@code
 * ok} and a number, or the message of the {@link IOException}. One thread at a time.
 */
final class FileProbe implements AutoCloseable {
    private final Process process;
    private final PrintStream commands;
    private final BufferedReader answers;

    private FileProbe(Process process) {
        this.process = process;
        this.commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Starts one that has this file open for reading and writing; the file is made if need be. */
    static FileProbe on(Path file, Shim shim) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                Path.of(FileProbe.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath())
                        .toString(),
                FileProbe.class.getName(),
                file.toString()));
        builder.environment().putAll(shim.environment());
        FileProbe probe = new FileProbe(
                builder.redirectError(ProcessBuilder.Redirect.INHERIT).start());
        String first = probe.answer();
        if (!first.equals("ready")) {
            probe.close();
            throw new IOException("the probe did not start: " + first);
        }
        return probe;
    }

    /** Does one thing; what it says. */
    String call(String command) throws IOException {
        ask(command);
        return answer();
    }

    /** Begins one thing. */
    void ask(String command) {
        commands.println(command);
    }

    /** Waits for its end, 20 s at most. */
    String answer() throws IOException {
        try {
            return CompletableFuture.supplyAsync(this::line)
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException late) {
            throw new IOException("the probe says nothing", late);
        }
    }

    private String line() {
        try {
            return String.valueOf(answers.readLine());
        } catch (IOException closed) {
            return closed.toString();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(Duration.ofSeconds(20).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** In the second JVM: one command a line, see {@link #carryOut}. */
    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            System.out.println("ready");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String outcome;
                try {
                    outcome = "ok " + carryOut(line, file, channel);
                } catch (IOException failed) {
                    outcome = failed.getMessage();
                } catch (UncheckedIOException failed) { // of a mapping's force
                    outcome = String.valueOf(failed.getMessage());
                }
                System.out.println(outcome);
            }
        }
    }

    private static long carryOut(String command, Path file, FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap("0123456789".getBytes(StandardCharsets.UTF_8));
        Path other = file.resolveSibling("other");
        return switch (command) {
            case "write" -> channel.write(bytes);
            case "pwrite" -> channel.write(bytes, 0);
            case "pread" -> channel.read(ByteBuffer.allocate(10), 0);
            case "truncate" -> channel.truncate(5).size();
            case "force" -> force(channel, false);
            case "force metadata" -> force(channel, true);
            case "force directory" -> {
                try (FileChannel directory = FileChannel.open(file.resolveSibling(""), StandardOpenOption.READ)) {
                    yield force(directory, true);
                }
            }
            case "force mapping" -> {
                channel.map(FileChannel.MapMode.READ_WRITE, 0, 10).force(0, 10);
                yield 0;
            }
            case "create" -> Files.size(Files.createFile(other));
            case "rename" ->
                Files.size(Files.move(other, file.resolveSibling("renamed"), StandardCopyOption.ATOMIC_MOVE));
            case "delete" -> {
                Files.delete(file.resolveSibling("renamed"));
                yield 0;
            }
            default -> throw new IllegalArgumentException(command);
        };
    }

    private static long force(FileChannel channel, boolean metadata) throws IOException {
        channel.force(metadata);
        return 0;
    }
}
