package io.tidemark.disk;

/** What can be asked of a {@link FaultyDisk}; the words of its journal and of its fault orders. */
public enum Operation {
    CREATE(true),
    OPEN(false),
    READ(false),
    WRITE(true),
    SIZE(false),
    FORCE(true),
    MAP(false),
    FORCE_RANGE(true),
    CLOSE(false),
    CREATE_DIRECTORY(true),
    RENAME(true),
    DELETE(true),
    FORCE_DIRECTORY(true),
    LIST(false),
    EXISTS(false),
    STAMP(false),
    SPACE(false);

    private final boolean changing;

    Operation(boolean changing) {
        this.changing = changing;
    }

    /** Whether it can change what is in the page cache or what is durable: a crash point lies behind each of these. */
    public boolean isChanging() {
        return changing;
    }
}
