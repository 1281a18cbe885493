package io.tidemark.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * The shape of a YAML text: which key stands on which line, and what a plain load would swallow in silence (a key given
 * twice, a number that YAML reads otherwise than people do).
 */
final class YamlOutline {
    private static final Pattern DECIMAL = Pattern.compile("[-+]?(0|[1-9][0-9]*)");

    /** More than any key needs; an alias may make a mapping contain itself. */
    private static final int DEEPEST = 4;

    private final String file;
    private final Map<String, Integer> lines = new HashMap<>();
    private final List<String> problems = new ArrayList<>();
    private boolean empty;

    private YamlOutline(String file) {
        this.file = file;
    }

    /**
     * Reads the shape.
     *
     * @param file how problems shall name it
     */
    static YamlOutline of(String file, String text) {
        YamlOutline outline = new YamlOutline(file);
        try {
            Node root = new Yaml(new LoaderOptions()).compose(new java.io.StringReader(text));
            if (root instanceof MappingNode mapping) {
                outline.walk("", mapping, 1);
            } else if (root == null || Tag.NULL.equals(root.getTag())) {
                outline.empty = true;
            } else {
                outline.problems.add(file + " must be a mapping of keys to values, such as `shards: 4`; found "
                        + root.getNodeId() + outline.at(root.getStartMark()));
            }
        } catch (MarkedYAMLException broken) {
            outline.problems.add(
                    file + " is not YAML: " + oneLine(broken.getProblem()) + outline.at(broken.getProblemMark()));
        } catch (YAMLException broken) {
            outline.problems.add(file + " is not YAML: " + oneLine(broken.getMessage()));
        }
        return outline;
    }

    /** What is wrong with the shape; the text can't be used if this isn't empty. */
    List<String> problems() {
        return problems;
    }

    /** Whether there is nothing but comments. */
    boolean isEmpty() {
        return empty;
    }

    /** " (line 12)" for a dotted key; empty if it isn't known. */
    String line(String key) {
        Integer line = lines.get(key);
        return line == null ? "" : " (line " + line + ")";
    }

    private void walk(String prefix, MappingNode mapping, int depth) {
        if (depth > DEEPEST) {
            problems.add(file + ": nested too deeply" + at(mapping.getStartMark()));
            return;
        }
        for (NodeTuple entry : mapping.getValue()) {
            if (!(entry.getKeyNode() instanceof ScalarNode name)) {
                problems.add(file + ": a key must be a plain word"
                        + at(entry.getKeyNode().getStartMark()));
                continue;
            }
            String key = prefix + name.getValue();
            int line = name.getStartMark().getLine() + 1;
            Integer earlier = lines.putIfAbsent(key, line);
            if (earlier != null) {
                problems.add("`" + key + "` is given twice in " + file + ", on lines " + earlier + " and " + line
                        + "; remove one");
            }
            if (entry.getValueNode() instanceof MappingNode section) {
                walk(key + ".", section, depth + 1);
            } else if (entry.getValueNode() instanceof ScalarNode value
                    && Tag.INT.equals(value.getTag())
                    && !DECIMAL.matcher(value.getValue()).matches()) {
                problems.add("`" + key + "` is " + shown(key, value) + " in " + file + at(value.getStartMark())
                        + "; write the number in plain decimal digits, or in quotes if it is text");
            }
        }
    }

    private String at(@Nullable Mark mark) {
        return mark == null ? "" : " (line " + (mark.getLine() + 1) + ")";
    }

    private static String shown(String key, ScalarNode value) {
        return ConfigKey.byName(key)
                .filter(known -> known.type() instanceof ValueType.Secret)
                .map(secret -> "a number")
                .orElse(value.getValue());
    }

    /** A parser's message, which may be of many lines, as one. */
    static String oneLine(@Nullable String message) {
        return message == null ? "no reason given" : message.replaceAll("\\s*\\R\\s*", "; ");
    }
}
