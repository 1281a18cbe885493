package io.tidemark.config;

import io.tidemark.reload.YamlOutline;
import io.tidemark.value.ValueType;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The contents of a YAML file: its values, or its problems. Immutable.
 *
 * @param file its name in problems
 * @param values the values; empty if there are problems, or only comments
 * @param problems why it is invalid, one line each
 */
record YamlText(String file, JsonObject values, List<String> problems, @Nullable YamlOutline outline) {

    /** Stands for a file that does not exist. */
    static final YamlText NONE = new YamlText("no file", new JsonObject(), List.of(), null);

    /** A file that is unreadable. */
    static YamlText unreadable(String file, String problem) {
        return new YamlText(file, new JsonObject(), List.of(problem), null);
    }

    /** The contents of a file. Never blocks. */
    static YamlText of(String file, byte[] bytes) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notText) {
            return unreadable(file, file + " is not a text in UTF-8");
        }
        YamlOutline outline = YamlOutline.of(file, text, YamlText::isSecret);
        if (!outline.problems().isEmpty() || outline.isEmpty()) {
            return new YamlText(file, new JsonObject(), outline.problems(), outline);
        }
        try {
            Map<?, ?> values = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
            return new YamlText(file, json(values), List.of(), outline);
        } catch (RuntimeException broken) { // a tag inside a list may not match its value
            return unreadable(file, file + " is not YAML: " + YamlOutline.oneLine(broken.getMessage()));
        }
    }

    /** " (line 12)" for a dotted key; empty if the key is unknown. */
    String line(String key) {
        return outline == null ? "" : outline.line(key);
    }

    /** Whether the section exists, with or without keys. */
    boolean hasSection(String name) {
        return values.fieldNames().stream().anyMatch(key -> key.equals(name) || key.startsWith(name + "."));
    }

    private static boolean isSecret(String key) {
        return ConfigKey.byName(key)
                .map(known -> known.type() instanceof ValueType.Secret)
                .orElse(false);
    }

    private static JsonObject json(Map<?, ?> mapping) {
        JsonObject json = new JsonObject();
        mapping.forEach((key, value) -> json.put(String.valueOf(key), value(value)));
        return json;
    }

    private static @Nullable Object value(@Nullable Object value) {
        if (value instanceof Map<?, ?> mapping) {
            return json(mapping);
        }
        return value;
    }
}
