package io.tidemark.docs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks commands without running them: the shell's grammar, and that what they name is there: files, the node's jar and its
 * subcommands, Maven's profiles, executions and plugins of the POM, tests, system properties.
 */
final class ShellBlocks {
    private static final Pattern JAR = Pattern.compile("java -jar (\\S+)(?: ([a-z]+))?");
    private static final Pattern PROFILE = Pattern.compile("-P ?'?!?(\\w+)'?");
    private static final Pattern TEST = Pattern.compile("-D(?:it\\.)?test='?(\\w+)");
    private static final Pattern PROPERTY = Pattern.compile("-D([a-z][\\w.]*)");
    private static final Pattern EXECUTION = Pattern.compile("surefire:test@([\\w-]+)");
    private static final Pattern PLUGIN = Pattern.compile("([\\w.]+):([\\w-]+-maven-plugin):([\\d.]+):\\w+");
    private static final Pattern FILE =
            Pattern.compile("(?<![>\\w/] ?)(?:\\./)?((?:src|config|docker|findings|\\.ci)/[\\w./-]+)");
    private static final List<String> MAVENS_OWN = List.of("test", "it.test", "skipTests");

    private ShellBlocks() {}

    /** What is wrong with a block of commands. */
    static List<String> problems(String commands, Sources sources) throws IOException {
        List<String> problems = new ArrayList<>(grammar(commands));
        String uncommented = commands.replaceAll("(?m)(^| )# .*$", "");
        Matcher jar = JAR.matcher(uncommented);
        while (jar.find()) {
            if (!jar.group(1).equals("target/tidemark.jar")) {
                problems.add("the build makes no " + jar.group(1));
            } else if (jar.group(2) == null || !sources.contain("name = \"" + jar.group(2) + "\"")) {
                problems.add("tidemark has no subcommand " + jar.group(2));
            }
        }
        each(PROFILE, uncommented, name -> sources.pom().contains("<id>" + name + "</id>"), "no profile ", problems);
        each(EXECUTION, uncommented, sources.pom()::contains, "no execution ", problems);
        each(TEST, uncommented, name -> sources.hasClass(name) || isHere(name), "no test ", problems);
        each(PROPERTY, uncommented, name -> isProperty(name, sources), "nobody reads the property ", problems);
        each(FILE, uncommented, name -> Files.exists(Document.project().resolve(name)), "no file ", problems);
        Matcher plugin = PLUGIN.matcher(uncommented);
        while (plugin.find()) {
            String declared = "<artifactId>" + plugin.group(2) + "</artifactId>\\s*<version>"
                    + Pattern.quote(plugin.group(3)) + "</version>";
            if (!Pattern.compile(declared).matcher(sources.pom()).find()) {
                problems.add("the POM has not " + plugin.group(2) + " " + plugin.group(3));
            }
        }
        return problems;
    }

    private interface Known {
        boolean is(String name) throws IOException;
    }

    private static void each(Pattern pattern, String text, Known known, String problem, List<String> problems)
            throws IOException {
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            if (!known.is(matcher.group(1))) {
                problems.add(problem + matcher.group(1));
            }
        }
    }

    static boolean isHere(String name) {
        return Files.exists(Document.project().resolve("src/test/java/io/tidemark/docs/" + name + ".java"));
    }

    static boolean isProperty(String name, Sources sources) {
        return MAVENS_OWN.contains(name)
                || name.equals(Generated.WRITE)
                || sources.contain("\"" + name + "\"")
                || sources.contain("${" + name + "}");
    }

    private static List<String> grammar(String commands) throws IOException {
        Process shell =
                new ProcessBuilder("bash", "-n").redirectErrorStream(true).start();
        try (var in = shell.getOutputStream()) {
            in.write(commands.getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return said.isEmpty() ? List.of() : List.of("bash: " + said.strip());
    }
}
