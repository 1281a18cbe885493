package io.tidemark.shard;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What a log entry of a shard holds. */
public final class EntryFormat {
    private EntryFormat() {}

    /**
     * Reads an entry's payload without carrying anything out.
     *
     * @return how many commands it holds
     * @throws IOException if it is not what {@code shard} writes
     */
    public static int check(ByteBuffer payload) throws IOException {
        ByteBuffer in = payload.duplicate();
        int commands = 0;
        while (in.hasRemaining()) {
            CommandCodec.decode(in);
            commands++;
        }
        return commands;
    }
}
