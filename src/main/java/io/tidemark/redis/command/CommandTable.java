package io.tidemark.redis.command;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds commands by the bytes of their name, ignoring case, without allocating a string. Immutable. */
public final class CommandTable {

    /**
     * A row: a command's description and its handler.
     *
     * @param handler executes it
     */
    public record Row(CommandSpec spec, CommandHandler handler) {}

    private final List<CommandSpec> all;
    private final @Nullable Row[] slots;

    CommandTable(List<Row> rows) {
        this.all = rows.stream().map(Row::spec).toList();
        this.slots = new Row[Integer.highestOneBit(rows.size()) * 8];
        for (Row row : rows) {
            if (!row.spec().name().chars().allMatch(c -> c >= 'a' && c <= 'z')) {
                throw new IllegalArgumentException(
                        "not a name of lower-case letters only: " + row.spec().name());
            }
            int slot = hash(row.spec().nameBytes());
            while (slots[slot & slots.length - 1] != null) {
                slot++;
            }
            slots[slot & slots.length - 1] = row;
        }
    }

    /** All commands, in the order given. */
    public List<CommandSpec> all() {
        return all;
    }

    /** The command's row, or {@code null} if the command is unknown. */
    public @Nullable Row find(byte[] name) {
        int slot = hash(name);
        while (true) {
            Row row = slots[slot & slots.length - 1];
            if (row == null || isSame(name, row.spec().nameBytes())) {
                return row;
            }
            slot++;
        }
    }

    /** A letter and its capital differ in one bit, in which no third byte differs from them. */
    private static boolean isSame(byte[] given, byte[] name) {
        if (given.length != name.length) {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            if ((given[i] | 0x20) != name[i]) {
                return false;
            }
        }
        return true;
    }

    private static int hash(byte[] name) {
        int hash = name.length;
        for (int i = 0; i < name.length && i < 16; i++) {
            hash = hash * 31 + (name[i] | 0x20);
        }
        return hash ^ hash >>> 7;
    }
}
