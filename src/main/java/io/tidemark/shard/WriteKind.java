package io.tidemark.shard;

import org.jspecify.annotations.Nullable;

/**
 * The kinds of logged commands. Each is its code in the log, which is never reused, and the body that follows:
 *
 * <pre>
 *   command   := code:u8 body
 *   1 Set         key value
 *   2 SetAll      count:i32 (key value)*
 *   3 Delete      count:i32 key*
 *   4 IncrementBy key delta:i64
 *   key, value := length:i32 bytes
 * </pre>
 *
 * Big-endian.
 */
enum WriteKind {
    SET(1),
    SET_ALL(2),
    DELETE(3),
    INCREMENT_BY(4);

    private static final @Nullable WriteKind[] BY_CODE = new @Nullable WriteKind[Byte.MAX_VALUE + 1];

    static {
        for (WriteKind kind : values()) {
            BY_CODE[kind.code] = kind;
        }
    }

    private final byte code;

    WriteKind(int code) {
        this.code = (byte) code;
    }

    /** The first byte of a command of this kind. */
    byte code() {
        return code;
    }

    /** The kind with this code; {@code null} if none has it. */
    static @Nullable WriteKind of(byte code) {
        return code < 0 ? null : BY_CODE[code];
    }
}
