package io.tidemark.reload;

import io.tidemark.value.RawValue;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * The structure of a YAML text: the line of each key, and problems that a plain load would hide: a key given twice, and
 * a value that YAML reads differently from its text. YAML reads {@code 03720} as 2000, {@code 1:00} as 60, {@code
 * 2026-12-01} as a date. A program can't guess what was meant, so these are problems; in quotes they are text as
 * written. Needs {@code snakeyaml}. Immutable once made.
 *
 * @since 0.1
 */
public final class YamlOutline {
    /** Deeper than any key; an alias may make a mapping contain itself. */
    private static final int MAX_DEPTH = 4;

    private static final Pattern DECIMAL = Pattern.compile("0|-?[1-9][0-9]*");
    private static final Pattern FRACTION = Pattern.compile("-?(0|[1-9][0-9]*)\\.[0-9]+");
    private static final Set<String> PLAIN_TRUTH = Set.of("true", "false");
    private static final Set<Tag> TEXTS_AND_TRUTH = Set.of(Tag.STR, Tag.BOOL, Tag.NULL);
    private static final Set<Tag> SECTIONS_AND_LISTS = Set.of(Tag.MAP, Tag.SEQ);
    private static final Set<Tag> NUMBERS = Set.of(Tag.INT, Tag.FLOAT);

    private record Problem(String key, String text) {}

    private static final class PlainLoad extends SafeConstructor {
        PlainLoad() {
            super(new LoaderOptions());
        }

        Object of(Node node) {
            return constructDocument(node);
        }
    }

    private final String file;
    private final Predicate<String> secret;
    private final Map<String, Integer> lines = new HashMap<>();
    private final Map<String, String> written = new HashMap<>();
    private final List<Problem> problems = new ArrayList<>();
    private boolean empty;

    private YamlOutline(String file, Predicate<String> secret) {
        this.file = file;
        this.secret = secret;
    }

    /**
     * Reads the structure. Never throws because of the text.
     *
     * @param file the name of the file in problems
     * @param text the text
     * @param secret selects the dotted keys whose values no problem may show
     * @return the structure, or its problems
     */
    public static YamlOutline of(String file, String text, Predicate<String> secret) {
        YamlOutline outline = new YamlOutline(file, secret);
        try {
            Node root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
            if (root instanceof MappingNode mapping) {
                outline.walk("", mapping, 1);
            } else if (root == null || Tag.NULL.equals(root.getTag())) {
                outline.empty = true;
            } else {
                outline.report(
                        "",
                        file + " must be a mapping of keys to values, such as `shards: 4`; found " + root.getNodeId()
                                + at(root));
            }
        } catch (MarkedYAMLException broken) {
            outline.report(
                    "", file + " is not YAML: " + oneLine(broken.getProblem()) + lineOf(broken.getProblemMark()));
        } catch (YAMLException broken) {
            outline.report("", file + " is not YAML: " + oneLine(broken.getMessage()));
        }
        return outline;
    }

    /** {@return the problems of the structure, one line each; the text can't be used unless this is empty} */
    public List<String> problems() {
        return problems.stream().map(Problem::text).toList();
    }

    /** The problems of one section and its keys; for a text that has keys of other programs too. */
    List<String> problemsOf(String section) {
        return problems.stream()
                .filter(problem ->
                        problem.key().equals(section) || problem.key().startsWith(section + "."))
                .map(Problem::text)
                .toList();
    }

    /** {@return whether the text is empty or has only comments} */
    public boolean isEmpty() {
        return empty;
    }

    /**
     * " (line 12)" for a dotted key, followed by the text if YAML reads it differently: " (line 12), written as `yes`";
     * empty if the key is unknown.
     *
     * @param key the dotted key
     * @return text to append to a message
     */
    public String line(String key) {
        Integer line = lines.get(key);
        if (line == null) {
            return "";
        }
        String text = written.get(key);
        return " (line " + line + ")" + (text == null ? "" : ", written as `" + text + "`");
    }

    private void report(String key, String problem) {
        problems.add(new Problem(key, problem));
    }

    private void walk(String prefix, MappingNode mapping, int depth) {
        if (depth > MAX_DEPTH) {
            report(prefix, file + ": nested too deeply" + at(mapping));
            return;
        }
        for (NodeTuple entry : mapping.getValue()) {
            if (!(entry.getKeyNode() instanceof ScalarNode name)
                    || !(Tag.STR.equals(name.getTag()) || Tag.MERGE.equals(name.getTag()))) {
                report(
                        prefix,
                        file + ": a key must be a plain word, in quotes if YAML reads it as another type"
                                + at(entry.getKeyNode()));
                continue;
            }
            String key = prefix + name.getValue();
            int line = name.getStartMark().getLine() + 1;
            Integer earlier = lines.putIfAbsent(key, line);
            if (earlier != null) {
                report(
                        key,
                        "`" + key + "` is given twice in " + file + ", on lines " + earlier + " and " + line
                                + "; remove one");
            }
            value(key, entry.getValueNode(), depth);
        }
    }

    private void value(String key, Node value, int depth) {
        if (value instanceof ScalarNode scalar) {
            scalar(key, scalar);
        } else if (!SECTIONS_AND_LISTS.contains(value.getTag())) {
            report(
                    key,
                    "`" + key + "` has the tag `" + value.getTag().getValue() + "` in " + file + at(value)
                            + "; leave the tag out");
        } else if (value instanceof MappingNode section) {
            walk(key + ".", section, depth + 1);
        }
    }

    private void scalar(String key, ScalarNode scalar) {
        String text = scalar.getValue();
        Tag tag = scalar.getTag();
        boolean asWritten = TEXTS_AND_TRUTH.contains(tag)
                || (Tag.INT.equals(tag) && DECIMAL.matcher(text).matches())
                || (Tag.FLOAT.equals(tag) && isExact(text));
        if (!asWritten) {
            report(
                    key,
                    "`" + key + "` is " + (secret.test(key) ? "(hidden)" : RawValue.shortened(text)) + " in " + file
                            + at(scalar) + ", which YAML reads as " + meaning(key, scalar) + "; "
                            + (NUMBERS.contains(tag)
                                    ? "write the number in plain decimal digits, or in quotes if it is text"
                                    : "put it in quotes if it is text"));
        } else if (!secret.test(key)
                && ((Tag.BOOL.equals(tag) && !PLAIN_TRUTH.contains(text))
                        || (Tag.NULL.equals(tag) && !text.isEmpty()))) {
            written.put(key, text);
        }
    }

    /** The value that a plain load yields, such as "the whole number 2000". */
    private String meaning(String key, ScalarNode scalar) {
        Object value;
        try {
            value = new PlainLoad().of(scalar);
        } catch (RuntimeException invalidTag) {
            return "a value of the type `" + scalar.getTag().getValue() + "`";
        }
        return secret.test(key) || !NUMBERS.contains(scalar.getTag())
                ? RawValue.typeOf(value)
                : RawValue.describe(value);
    }

    /** Whether a number with a fraction prints as it was written. */
    private static boolean isExact(String text) {
        return FRACTION.matcher(text).matches() && text.equals(Double.toString(Double.parseDouble(text)));
    }

    private static String at(Node node) {
        return lineOf(node.getStartMark());
    }

    private static String lineOf(@Nullable Mark mark) {
        return mark == null ? "" : " (line " + (mark.getLine() + 1) + ")";
    }

    /**
     * {@return a parser's message, which may have many lines, as one line}
     *
     * @param message the parser's message
     */
    public static String oneLine(@Nullable String message) {
        return message == null ? "no reason given" : message.replaceAll("\\s*\\R\\s*", "; ");
    }
}
