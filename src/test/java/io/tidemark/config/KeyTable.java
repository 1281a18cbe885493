package io.tidemark.config;

import io.tidemark.value.ValueType;

/** Every key as a table in Markdown, from its definition alone; for the documents. */
public final class KeyTable {
    private KeyTable() {}

    /** The table, in the order of the definitions. */
    public static String markdown() {
        StringBuilder table = new StringBuilder(
                """
                | key | values | default | reloaded | meaning |
                |---|---|---|---|---|
                """);
        for (ConfigKey key : ConfigKey.values()) {
            Object preset = key.defaultValue();
            table.append("| `")
                    .append(key.key())
                    .append("` | ")
                    .append(values(key.type()))
                    .append(" | ")
                    .append(preset == null ? "–" : "`" + key.type().show(preset) + "`")
                    .append(" | ")
                    .append(key.reloadableSection().isPresent() ? "yes" : "no")
                    .append(" | ")
                    .append(key.doc())
                    .append(" |\n");
        }
        return table.toString();
    }

    private static String values(ValueType type) {
        if (type instanceof ValueType.WholeNumber whole) {
            return whole.min() + " to " + whole.max();
        } else if (type instanceof ValueType.Size size) {
            return size.show(size.min()) + " to " + size.show(size.max());
        } else if (type instanceof ValueType.SizeOrZero size) {
            return "0, or " + size.show(size.min()) + " to " + size.show(size.max());
        } else if (type instanceof ValueType.Flag) {
            return "true or false";
        }
        return "text";
    }
}
