package io.tidemark.checkpoint;

import java.util.regex.Pattern;

/** Validates names of stores and nodes, which become parts of event-bus addresses and thread names. */
final class StoreName {
    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");

    private StoreName() {}

    static String checked(String name) {
        return checked("store name", name);
    }

    /** @throws IllegalArgumentException if it is negative */
    static int checkedShard(String store, int shard) {
        if (shard < 0) {
            throw new IllegalArgumentException("shard " + shard + " of store " + store + ": expected 0 or more");
        }
        return shard;
    }

    static String checked(String what, String name) {
        if (name == null || !VALID.matcher(name).matches()) {
            throw new IllegalArgumentException(what + " `" + Excerpt.of(name)
                    + "`: expected 1 to 64 letters, digits, `_` or `-`, starting with a letter or digit");
        }
        return name;
    }
}
