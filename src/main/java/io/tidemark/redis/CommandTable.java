package io.tidemark.redis;

import io.tidemark.redis.protocol.Arguments;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds commands by the bytes of their name, ignoring case, without allocating a string. Immutable. */
final class CommandTable {

    private final List<CommandSpec> all;
    private final @Nullable CommandSpec[] slots;

    CommandTable(List<CommandSpec> commands) {
        this.all = List.copyOf(commands);
        this.slots = new CommandSpec[Integer.highestOneBit(commands.size()) * 8];
        for (CommandSpec command : commands) {
            int slot = hash(command.nameBytes());
            while (slots[slot & slots.length - 1] != null) {
                slot++;
            }
            slots[slot & slots.length - 1] = command;
        }
    }

    /** All commands, in the order given. */
    List<CommandSpec> all() {
        return all;
    }

    /** The command, or {@code null} if it is unknown. */
    @Nullable
    CommandSpec find(byte[] name) {
        int slot = hash(name);
        while (true) {
            CommandSpec command = slots[slot & slots.length - 1];
            if (command == null || Arguments.equalsIgnoreCase(name, command.nameBytes())) {
                return command;
            }
            slot++;
        }
    }

    private static int hash(byte[] name) {
        int hash = name.length;
        for (int i = 0; i < name.length && i < 16; i++) {
            hash = hash * 31 + (name[i] | 0x20);
        }
        return hash ^ hash >>> 7;
    }
}
