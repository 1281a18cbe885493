package io.tidemark.redis.command;

import io.tidemark.redis.protocol.ReplyWriter;
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

    /** Whether it takes this many arguments, its name included. */
    public boolean acceptsArgumentCount(int arguments) {
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

    /** Writes the command's entry in COMMAND and COMMAND INFO, with Redis 7's ten elements. */
    void describe(ReplyWriter out) {
        out.array(10);
        out.bulk(name);
        out.integer(arity);
        out.array(flags.size());
        flags.forEach(out::status);
        out.integer(firstKey);
        out.integer(lastKey);
        out.integer(keyStep);
        out.array(0);
        out.array(0);
        out.array(0);
        out.array(0);
    }
}
