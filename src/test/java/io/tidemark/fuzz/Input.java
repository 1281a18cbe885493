package io.tidemark.fuzz;

import java.nio.ByteBuffer;

/** A fuzzer's bytes, taken from the front; where there are no more they are zeros. */
public final class Input {
    private final ByteBuffer bytes;

    /** Begins at its first byte. */
    public Input(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes);
    }

    /** Whether there are more. */
    public boolean hasMore() {
        return bytes.hasRemaining();
    }

    /** 0 to 255. */
    public int u8() {
        return bytes.hasRemaining() ? bytes.get() & 0xff : 0;
    }

    /** Any number. */
    public int i32() {
        return (u8() << 24) | (u8() << 16) | (u8() << 8) | u8();
    }

    /** Any number. */
    public long i64() {
        return ((long) i32() << 32) | (i32() & 0xffff_ffffL);
    }

    /** A number near one that is right, or any, or most often the right one. */
    public long near(long right) {
        int how = u8();
        return how < 200 ? right : how < 240 ? right + how - 220 : i64();
    }

    /** So many, or what is left. */
    public byte[] bytes(int most) {
        byte[] taken = new byte[Math.min(most, bytes.remaining())];
        bytes.get(taken);
        return taken;
    }

    /** All that is left. */
    public byte[] rest() {
        return bytes(bytes.remaining());
    }
}
