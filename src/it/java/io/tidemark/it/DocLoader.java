package io.tidemark.it;

import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Real files as keys and values: key = prefix + path, value = contents. It makes the stream of SETs for {@code redis-cli
 * --pipe}, or sends them itself and notes which were acknowledged, and compares what a server holds by SHA-256.
 *
 * <p>The files are read again for the comparison: they must not change meanwhile.
 */
final class DocLoader {

    private static final int BATCH = 16;

    private final List<Path> files;
    private final String prefix;

    /** What a comparison found; {@code wrong} names each key that is missing or differs. */
    record Comparison(long exact, long bytes, long absent, List<String> wrong) {}

    private DocLoader(List<Path> files, String prefix) {
        this.files = files;
        this.prefix = prefix;
    }

    /**
     * Regular files (no links) below {@code root} in order of path.
     *
     * @param prefix put before each key
     * @param maxFileBytes larger files are left out
     * @param maxTotalBytes files after that many bytes are left out
     */
    static DocLoader of(Path root, String prefix, long maxFileBytes, long maxTotalBytes) throws IOException {
        List<Path> chosen = new ArrayList<>();
        long total = 0;
        try (Stream<Path> all = Files.walk(root)) {
            for (Path file : all.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .sorted()
                    .toList()) {
                long size = Files.size(file);
                if (size <= maxFileBytes && total + size <= maxTotalBytes) {
                    chosen.add(file);
                    total += size;
                }
            }
        }
        return new DocLoader(chosen, prefix);
    }

    /** The same files under another prefix. */
    DocLoader withPrefix(String other) {
        return new DocLoader(files, other);
    }

    /** How many files. */
    int count() {
        return files.size();
    }

    /** Writes one SET for each file. */
    void writeCommands(OutputStream out) throws IOException {
        for (Path file : files) {
            byte[] key = key(file).getBytes(StandardCharsets.UTF_8);
            byte[] value = Files.readAllBytes(file);
            out.write(("*3\r\n$3\r\nSET\r\n$" + key.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(key);
            out.write(("\r\n$" + value.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(value);
            out.write('\r');
            out.write('\n');
        }
        out.flush();
    }

    /**
     * Sends the SETs, pipelined, until all are acknowledged or the server is gone.
     *
     * @param acknowledged called with each key when its OK arrives
     * @return whether all were acknowledged
     * @throws AssertionError if a SET is answered by anything but OK
     */
    boolean load(int port, Consumer<String> acknowledged) throws IOException {
        List<Path> inFlight = new ArrayList<>();
        try (RespClient client = RespClient.connect(port)) {
            for (int from = 0; from < files.size(); from += BATCH) {
                inFlight.clear();
                inFlight.addAll(files.subList(from, Math.min(from + BATCH, files.size())));
                for (Path file : inFlight) {
                    client.send("SET", key(file), Files.readAllBytes(file));
                }
                client.flush();
                for (Path file : inFlight) {
                    Object reply = client.read();
                    if (!"OK".equals(reply)) {
                        throw new AssertionError("SET " + key(file) + " was answered by " + reply);
                    }
                    acknowledged.accept(key(file));
                }
            }
            return true;
        } catch (EOFException | SocketException gone) {
            return false;
        }
    }

    /**
     * Compares every file with what the server holds.
     *
     * @param mustBeThere keys that must exist; {@code null} for all. Any key that is there must be exact.
     */
    Comparison compare(int port, @Nullable Set<String> mustBeThere) throws IOException {
        long exact = 0;
        long bytes = 0;
        long absent = 0;
        List<String> wrong = new ArrayList<>();
        try (RespClient client = RespClient.connect(port)) {
            for (Path file : files) {
                String key = key(file);
                Object reply = client.call("GET", key);
                byte[] expected = Files.readAllBytes(file);
                if (reply instanceof byte[] value) {
                    if (sha256(value).equals(sha256(expected))) {
                        exact++;
                        bytes += value.length;
                    } else {
                        wrong.add(key + ": " + value.length + " bytes, SHA-256 " + sha256(value) + "; expected "
                                + expected.length + " bytes, " + sha256(expected));
                    }
                } else if (reply == null && mustBeThere != null && !mustBeThere.contains(key)) {
                    absent++;
                } else {
                    wrong.add(key + ": answered " + reply + "; expected " + expected.length + " bytes");
                }
            }
        }
        return new Comparison(exact, bytes, absent, wrong);
    }

    private String key(Path file) {
        return prefix + file;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * {@code DocLoader stream|load|compare --root DIR [--prefix P] [--max-file-bytes N] [--max-total-bytes N] [--port N]
     * [--ledger FILE]}: {@code stream} writes the SETs to standard output; {@code load} sends them and puts each
     * acknowledged key into the ledger, and succeeds even if the server is killed meanwhile; {@code compare} requires every
     * key, or with a ledger every key in it, and exits with 1 if one is missing or differs.
     */
    public static void main(String[] words) throws IOException {
        Options options = Options.parse(Arrays.copyOfRange(words, 1, words.length));
        DocLoader loader = of(
                Path.of(options.text("root", "/usr/share/doc")),
                options.text("prefix", ""),
                options.number("max-file-bytes", 512L << 20),
                options.number("max-total-bytes", Long.MAX_VALUE));
        int port = (int) options.number("port", 7379);
        Path ledger = options.has("ledger") ? Path.of(options.text("ledger", "")) : null;
        switch (words[0]) {
            case "stream" -> loader.writeCommands(new BufferedOutputStream(System.out, 1 << 16));
            case "load" -> {
                try (OutputStream out =
                        ledger == null ? OutputStream.nullOutputStream() : Files.newOutputStream(ledger)) {
                    boolean all = loader.load(port, key -> note(out, key));
                    System.out.println(all ? "all acknowledged" : "the server went away");
                }
            }
            case "compare" -> {
                Comparison found =
                        loader.compare(port, ledger == null ? null : new HashSet<>(Files.readAllLines(ledger)));
                System.out.println(found.exact() + " keys exact (" + found.bytes() + " bytes), " + found.absent()
                        + " never acknowledged and absent, " + found.wrong().size() + " wrong");
                found.wrong().forEach(System.out::println);
                System.exit(found.wrong().isEmpty() ? 0 : 1);
            }
            default -> throw new IllegalArgumentException("expected stream, load or compare, found `" + words[0] + "`");
        }
    }

    private static void note(OutputStream ledger, String key) {
        try {
            ledger.write((key + '\n').getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
