package io.tidemark.redis.command;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** One command: what COMMAND INFO says about it, and what is checked before its handler runs. Immutable. */
public final class CommandSpec {

    private final String name;
    private final byte[] nameBytes;
    private final int arity;
    private final List<String> flags;
    private final int firstKey;
    private final int lastKey;
    private final int keyStep;
    private final boolean whileLoading;
    private final boolean beforeAuth;
    private final boolean touchesData;

    /**
     * @param name in lower case
     * @param arity number of arguments including the name; negative for a minimum
     * @param flags Redis' flags, separated by blanks; {@code loading}, {@code no_auth}, {@code readonly} and {@code write}
     *     have an effect here
     * @param keys position of the first key, of the last key (negative: from the end) and step; zeros if it has no keys
     */
    CommandSpec(String name, int arity, String flags, int[] keys) {
        this.name = name;
        this.nameBytes = name.getBytes(StandardCharsets.US_ASCII);
        this.arity = arity;
        this.flags = flags.isEmpty() ? List.of() : List.of(flags.split(" ", -1));
        this.firstKey = keys[0];
        this.lastKey = keys[1];
        this.keyStep = keys[2];
        this.whileLoading = this.flags.contains("loading");
        this.beforeAuth = this.flags.contains("no_auth");
        this.touchesData = this.flags.contains("readonly") || this.flags.contains("write");
    }

    /** Its name in lower case. */
    public String name() {
        return name;
    }

    byte[] nameBytes() {
        return nameBytes;
    }

    /** Number of arguments including the name; negative for a minimum. */
    public int arity() {
        return arity;
    }

    /** Redis' flags. */
    public List<String> flags() {
        return flags;
    }

    /** Position of the first key, 0 if it has none. */
    public int firstKey() {
        return firstKey;
    }

    /** Position of the last key; negative from the end, -1 for the last argument; 0 if it has no key. */
    public int lastKey() {
        return lastKey;
    }

    /** Distance from one key to the next; 0 if it has none. */
    public int keyStep() {
        return keyStep;
    }

    /** Whether it takes this many arguments, its name included. */
    public boolean acceptsArgumentCount(int arguments) {
        return accepts(arity, arguments);
    }

    /** Whether a command of this arity takes this many arguments. */
    static boolean accepts(int arity, int arguments) {
        return arity >= 0 ? arguments == arity : arguments >= -arity;
    }

    /** Whether it is executed while the node is recovering. */
    public boolean whileLoading() {
        return whileLoading;
    }

    /** Whether it is executed before the client has authenticated. */
    public boolean beforeAuth() {
        return beforeAuth;
    }

    /** Whether it reads or changes keys. */
    public boolean touchesData() {
        return touchesData;
    }
}
