package io.tidemark.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tidemark.bitcask.StoreFuzzTest;
import io.tidemark.log.segment.LogFuzzTest;
import io.tidemark.redis.RespParserFuzzTest;
import io.tidemark.shard.CommandCodecFuzzTest;
import java.util.Arrays;
import org.junit.jupiter.api.Timeout;

/**
 * All four decoders in turn, as the first byte says: for a build, since a fuzzer takes longer to begin than it then runs. Each
 * has a test of its own for longer campaigns.
 */
@Timeout(10)
class DecodersFuzzTest {
    private final RespParserFuzzTest requests = new RespParserFuzzTest();
    private final LogFuzzTest log = new LogFuzzTest();
    private final StoreFuzzTest store = new StoreFuzzTest();
    private final CommandCodecFuzzTest commands = new CommandCodecFuzzTest();

    @FuzzTest(maxDuration = "8s")
    void decode(byte[] bytes) throws Exception {
        byte[] rest = Arrays.copyOfRange(bytes, Math.min(1, bytes.length), bytes.length);
        switch (bytes.length == 0 ? 0 : bytes[0] & 3) {
            case 0 -> requests.parse(rest);
            case 1 -> log.open(rest);
            case 2 -> store.open(rest);
            default -> commands.decode(rest);
        }
    }
}
