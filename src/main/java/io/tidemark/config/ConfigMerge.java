package io.tidemark.config;

import io.tidemark.value.RawValue;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Merges the sources over the defaults, one after another; later ones win. Validates every value, even one that a later
 * source replaces, and collects all problems instead of stopping at the first. Not thread-safe.
 */
final class ConfigMerge {
    private final Map<ConfigKey, Object> values = new EnumMap<>(ConfigKey.class);
    private final Set<ConfigKey> invalid = EnumSet.noneOf(ConfigKey.class);
    private final List<String> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    /** Starts with the defaults. */
    ConfigMerge() {
        for (ConfigKey key : ConfigKey.values()) {
            Object value = key.defaultValue();
            if (value != null) {
                values.put(key, value);
            }
        }
    }

    /** Adds the problems of an unreadable source; which keys it would have set is unknown. */
    void unreadable(List<String> more) {
        problems.addAll(more);
        if (!more.isEmpty()) {
            invalid.addAll(EnumSet.allOf(ConfigKey.class));
        }
    }

    /**
     * Merges a YAML file.
     *
     * @param file its name in problems
     * @param line gives the position of a key, such as " (line 3)"
     */
    void yaml(String file, JsonObject content, UnaryOperator<String> line) {
        section("", file, content, line);
    }

    /** Merges environment variables; empty ones count as not set, other programs' variables are ignored. */
    void environment(Map<String, String> variables) {
        new TreeMap<>(variables).forEach((name, value) -> {
            if (!name.startsWith("TIDEMARK_") || value.isEmpty()) {
                return;
            }
            String source = "environment variable " + name;
            Optional<ConfigKey> key = ConfigKey.byEnvironmentVariable(name);
            if (key.isEmpty()) {
                warnings.add(source + " sets no known key and is ignored" + didYouMean(Suggestion.forVariable(name)));
            } else if (name.endsWith("_PORT") && value.startsWith("tcp://")) {
                warnings.add(source + " is " + value + ", as Kubernetes sets it for a service of that name; ignored");
            } else {
                put(key.get(), value, source, "");
            }
        });
    }

    /** Merges system properties; other programs' properties are ignored. */
    void properties(Map<String, String> properties) {
        new TreeMap<>(properties).forEach((name, value) -> {
            if (name.startsWith("tidemark.")) {
                named(name.substring("tidemark.".length()), value, "system property " + name);
            }
        });
    }

    /** Merges {@code key=value} texts. */
    void settings(List<String> settings) {
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                problems.add("--set takes key=value, such as --set shards=4; found " + setting);
            } else {
                named(setting.substring(0, equals).strip(), setting.substring(equals + 1), "--set");
            }
        }
    }

    /** The warnings, one line each. */
    List<String> warnings() {
        return List.copyOf(warnings);
    }

    /**
     * The merged configuration.
     *
     * @throws ConfigException if any source had a problem, or values contradict each other
     */
    NodeConfig finish() throws ConfigException {
        problems.addAll(ConfigRules.problems(values, invalid));
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return NodeConfig.of(values);
    }

    /**
     * Every value in use: the reloadable sections as objects of their own, all other keys in one object by their full
     * names. Holds the password: never print it.
     */
    JsonObject settings() {
        JsonObject settings = new JsonObject();
        ConfigKey.RELOADABLE_SECTIONS.forEach(section -> settings.put(section, new JsonObject()));
        settings.put(FixedKeys.SECTION, new JsonObject());
        values.forEach((key, value) -> key.reloadableSection()
                .ifPresentOrElse(
                        section ->
                                settings.getJsonObject(section).put(key.key().substring(section.length() + 1), value),
                        () -> settings.getJsonObject(FixedKeys.SECTION).put(key.key(), value)));
        return settings;
    }

    private void section(String prefix, String file, JsonObject content, UnaryOperator<String> line) {
        for (String name : content.fieldNames()) {
            String key = prefix + name;
            Object value = content.getValue(name);
            Optional<ConfigKey> known = ConfigKey.byName(key);
            if (known.isPresent()) {
                put(known.get(), value, file, line.apply(key));
            } else if (!ConfigKey.isSection(key)) {
                // A misspelt section is one problem; its keys are not reported.
                problems.add(
                        "unknown key `" + key + "` in " + file + didYouMean(Suggestion.forKey(key)) + line.apply(key));
            } else if (value instanceof JsonObject section) {
                section(key + ".", file, section, line);
            } else if (value != null) {
                problems.add("`" + key + "` is " + RawValue.describe(value) + " in " + file
                        + "; it must be a section with keys of its own" + line.apply(key));
            }
        }
    }

    private void named(String name, String value, String source) {
        ConfigKey.byName(name)
                .ifPresentOrElse(
                        key -> put(key, value, source, ""),
                        () -> problems.add(
                                "unknown key `" + name + "` in " + source + didYouMean(Suggestion.forKey(name))));
    }

    private void put(ConfigKey key, @Nullable Object raw, String source, String line) {
        if (raw == null) {
            invalid.add(key);
            problems.add("`" + key.key() + "` has no value in " + source + "; give it one or leave the key out" + line);
            return;
        }
        Object value = key.type().read(raw);
        if (value == null) {
            invalid.add(key);
            problems.add("`" + key.key() + "` is " + key.type().describe(raw) + " in " + source + "; it must be "
                    + key.type().expectation() + line);
            return;
        }
        values.put(key, value);
    }

    private static String didYouMean(Optional<String> suggestion) {
        return suggestion.map(name -> "; did you mean `" + name + "`?").orElse("");
    }
}
