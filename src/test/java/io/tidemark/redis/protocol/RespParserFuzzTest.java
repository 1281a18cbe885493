package io.tidemark.redis.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tidemark.fuzz.Allocations;
import io.tidemark.fuzz.Input;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** Parsing does not depend on how the input is split into chunks, or on the bytes around it in the buffer. */
@Tag("fuzz")
@Timeout(10)
class RespParserFuzzTest {
    private static final int MAX_REQUEST_BYTES = 1 << 20;

    private final List<List<ByteBuffer>> requests = new ArrayList<>();
    private final List<Integer> wireBytes = new ArrayList<>();

    @FuzzTest(maxDuration = "2s")
    void parse(byte[] bytes) throws ProtocolException {
        Input input = new Input(bytes);
        RequestLimits limits = input.u8() % 2 == 0
                ? RequestLimits.authenticated(MAX_REQUEST_BYTES)
                : RequestLimits.unauthenticated(MAX_REQUEST_BYTES);
        int piece = 1 + input.u8();
        byte[] stream = input.rest();

        Allocations.atMost((256 << 10) + 64L * stream.length, () -> count(stream, limits));
        String refusal = parse(stream, stream.length, limits, (byte) 0);
        List<List<ByteBuffer>> whole = List.copyOf(requests);
        List<Integer> lengths = List.copyOf(wireBytes);
        assertThat(lengths.stream().mapToInt(Integer::intValue).sum()).isLessThanOrEqualTo(stream.length);
        assertThat(refusal).matches("[ -~]*");
        for (byte around : new byte[] {'\n', '0'}) {
            assertThat(parse(stream, piece, limits, around)).isEqualTo(refusal);
            assertThat(requests).isEqualTo(whole);
            assertThat(wireBytes).isEqualTo(lengths);
        }
        byte[] again = Resp.join(whole.stream()
                .map(request ->
                        Resp.request(request.stream().map(ByteBuffer::array).toArray(byte[][]::new)))
                .toArray(byte[][]::new));
        assertThat(parse(again, again.length, RequestLimits.authenticated(1 << 30), (byte) 0))
                .isEmpty();
        assertThat(requests).isEqualTo(whole);
    }

    private static void count(byte[] stream, RequestLimits limits) {
        try {
            new RespParser(limits).parse(stream, 0, stream.length, (arguments, wireBytes) -> true);
        } catch (ProtocolException refused) {
            // as it may be
        }
    }

    /** Parses the stream in pieces, each between two other bytes; returns the error, or an empty string. */
    private String parse(byte[] stream, int piece, RequestLimits limits, byte around) {
        RespParser parser = new RespParser(limits);
        requests.clear();
        wireBytes.clear();
        try {
            for (int at = 0; at < stream.length; at += piece) {
                int length = Math.min(piece, stream.length - at);
                byte[] chunk = new byte[length + 2];
                Arrays.fill(chunk, around);
                System.arraycopy(stream, at, chunk, 1, length);
                parser.parse(chunk, 1, length + 1, (arguments, wire) -> {
                    wireBytes.add(wire);
                    return requests.add(
                            Arrays.stream(arguments).map(ByteBuffer::wrap).toList());
                });
            }
            return "";
        } catch (ProtocolException refused) {
            return String.valueOf(refused.getMessage());
        }
    }
}
