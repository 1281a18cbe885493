package io.tidemark.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What README.md shows under "Thirty seconds" happens: its commands, typed into a shell one after another, print what is shown.
 * Version, times and port are the only differences. Each command is typed when the output of the one before is complete.
 */
class FrontPageIT {
    private static final Path PROJECT = Path.of(System.getProperty("tidemark.basedir", ""));
    private static final Pattern PORT = Pattern.compile("redis 127\\.0\\.0\\.1:(\\d+) .*");
    private static final String SHOWN_PORT = "7379";

    @TempDir
    Path directory;

    /** A command and the lines that it prints. */
    private record Turn(String command, List<String> output) {}

    private static List<Turn> turns() throws Exception {
        String readme = Files.readString(PROJECT.resolve("README.md"));
        int from = readme.indexOf("```console\n") + "```console\n".length();
        List<Turn> turns = new ArrayList<>();
        readme.substring(from, readme.indexOf("```", from)).lines().forEach(line -> {
            if (line.startsWith("$ ")) {
                turns.add(new Turn(line.substring(2), new ArrayList<>()));
            } else {
                turns.get(turns.size() - 1).output().add(line);
            }
        });
        return turns;
    }

    @Test
    void thirtySeconds_typedAsShown_printWhatIsShown() throws Exception {
        Faults.requireProgram("redis-cli");
        List<Turn> turns = turns();
        assertThat(turns).hasSizeGreaterThan(5);
        ProcessBuilder builder = new ProcessBuilder("bash")
                .directory(directory.toFile())
                .redirectError(directory.resolve("stderr").toFile());
        builder.environment().put("TIDEMARK_REDIS_PORT", "0");
        builder.environment().put("TIDEMARK_ADMIN_PORT", "0");
        builder.environment().put("TIDEMARK_PRESSURE_BALLAST_BYTES", "0");
        Process shell = builder.start();
        OutputStream in = shell.getOutputStream();
        try {
            BlockingQueue<String> printed = lines(shell);
            String port = SHOWN_PORT;
            in.write((redisCliAsOnATerminal() + jar()).getBytes(StandardCharsets.UTF_8));
            for (Turn turn : turns) {
                in.write((turn.command().replace(SHOWN_PORT, port) + "\n").getBytes(StandardCharsets.UTF_8));
                in.flush();
                for (String expected : turn.output()) {
                    String line = printed.poll(60, TimeUnit.SECONDS);
                    assertThat(line)
                            .as("after %s; %s", turn.command(), Files.readString(directory.resolve("stderr")))
                            .isNotNull();
                    Matcher opened = PORT.matcher(line);
                    port = opened.matches() ? opened.group(1) : port;
                    assertThat(comparable(line.replace(port, SHOWN_PORT)))
                            .as("after %s", turn.command())
                            .isEqualTo(comparable(expected));
                }
            }
            in.write("wait\n".getBytes(StandardCharsets.UTF_8));
            in.close();
            assertThat(shell.waitFor(60, TimeUnit.SECONDS))
                    .as("the node was stopped")
                    .isTrue();
            assertThat(printed).as("more than is shown").isEmpty();
        } finally {
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly();
        }
    }

    private static String redisCliAsOnATerminal() {
        return "redis-cli() { command redis-cli --no-raw \"$@\" </dev/null; }\n";
    }

    /** Puts the jar where the commands expect it, or, if there are only classes, has them take those. */
    private static String jar() {
        String jar = System.getProperty("tidemark.jar", "target/tidemark.jar");
        if (!jar.equals("classes")) {
            return "ln -s '" + Path.of(jar).toAbsolutePath().getParent() + "' target\n";
        }
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path", ""));
        String absolute = Stream.of(classPath.split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
        return "java() { shift 2; exec java -Dlogback.configurationFile=logback.xml -cp '" + absolute
                + "' io.tidemark.node.Main \"$@\"; }\n";
    }

    /** Without what differs from build to build and from run to run. */
    private static String comparable(String line) {
        return line.replaceFirst("^Tidemark \\S+", "Tidemark V").replaceFirst("in [\\d.,]+ s", "in T s");
    }

    private static BlockingQueue<String> lines(Process shell) {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        BufferedReader out = new BufferedReader(new InputStreamReader(shell.getInputStream(), StandardCharsets.UTF_8));
        Thread reader = new Thread(() -> out.lines().forEach(lines::add), "shell-output");
        reader.setDaemon(true);
        reader.start();
        return lines;
    }
}
