package io.tidemark.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tidemark.fuzz.Allocations;
import io.tidemark.shard.Command.Write;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** The payload of a log entry: what is read as commands is written as the same bytes. */
@Tag("fuzz")
@Timeout(10)
class CommandCodecFuzzTest {

    @FuzzTest(maxDuration = "2s")
    void decode(byte[] payload) throws IOException {
        Allocations.atMost((256 << 10) + 64L * payload.length, () -> decode(payload, 0, new ArrayList<>()));
        List<Write> commands = new ArrayList<>();
        int end = decode(payload, 0, commands);
        ByteBuffer encoded = ByteBuffer.allocate(
                commands.stream().mapToInt(Write::encodedBytes).sum());
        commands.forEach(command -> command.encode(encoded));
        assertThat(encoded.hasRemaining()).as("as long as its size says").isFalse();
        assertThat(encoded.array()).isEqualTo(Arrays.copyOf(payload, end));
        assertThat(decode(payload, 100, new ArrayList<>()))
                .as("with more bytes after it")
                .isEqualTo(end);
    }

    /** Decodes all whole commands in a buffer that has more bytes after its limit; returns where they end. */
    private static int decode(byte[] payload, int extraBytes, List<Write> commands) {
        byte[] more = Arrays.copyOf(payload, payload.length + extraBytes);
        Arrays.fill(more, payload.length, more.length, (byte) 3);
        ByteBuffer in = ByteBuffer.wrap(more, 0, payload.length).slice().asReadOnlyBuffer();
        int end = 0;
        try {
            while (in.hasRemaining()) {
                commands.add(CommandCodec.decode(in));
                end = in.position();
            }
        } catch (IOException refused) {
            assertThat(refused).hasMessageMatching("[ -~]+");
        }
        return end;
    }
}
