package io.tidemark.redis.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RespParserTest {

    private static final int MAX_REQUEST_BYTES = 1 << 20;

    private final List<List<ByteBuffer>> requests = new ArrayList<>();
    private final List<Integer> wireBytes = new ArrayList<>();
    private final RespParser parser = new RespParser(RequestLimits.authenticated(MAX_REQUEST_BYTES));

    @Test
    void parse_splitAtEveryPosition_givesTheSameRequests() throws ProtocolException {
        byte[] stream = Resp.join(
                Resp.request("SET", "key", "a\r\nb\0\u00ff"),
                Resp.bytes("*0\r\n*-1\r\n\r\n"),
                Resp.request("GET", ""),
                Resp.bytes("set inline \"two words\"\r\nPING\n"),
                Resp.request("DEL", "a", "b"));
        List<List<ByteBuffer>> expected = List.of(
                request("SET", "key", "a\r\nb\0\u00ff"),
                request("GET", ""),
                request("set", "inline", "two words"),
                request("PING"),
                request("DEL", "a", "b"));
        for (int first = 0; first <= stream.length; first++) {
            for (int second = first; second <= stream.length; second++) {
                requests.clear();
                parse(Arrays.copyOfRange(stream, 0, first));
                parse(Arrays.copyOfRange(stream, first, second));
                parse(Arrays.copyOfRange(stream, second, stream.length));
                assertThat(requests).as("split at %d and %d", first, second).isEqualTo(expected);
            }
        }
    }

    @Property(tries = 300)
    void parse_anyRequestsAnySplit_givesTheRequests(
            @ForAll("streams") List<List<byte[]>> sent, @ForAll("chunkSizes") List<Integer> chunkSizes)
            throws ProtocolException {
        byte[] stream = Resp.join(sent.stream()
                .map(arguments -> Resp.request(arguments.toArray(new byte[0][])))
                .toArray(byte[][]::new));
        RespParser fresh = new RespParser(RequestLimits.authenticated(MAX_REQUEST_BYTES));
        List<List<ByteBuffer>> got = new ArrayList<>();
        int at = 0;
        for (int i = 0; at < stream.length; i++) {
            int next = Math.min(stream.length, at + chunkSizes.get(i % chunkSizes.size()));
            fresh.parse(stream, at, next, (arguments, bytes) -> got.add(wrap(arguments)));
            at = next;
        }
        assertThat(got)
                .isEqualTo(sent.stream()
                        .map(arguments -> wrap(arguments.toArray(new byte[0][])))
                        .toList());
    }

    @Provide
    Arbitrary<List<List<byte[]>>> streams() {
        Arbitrary<byte[]> bulk = Arbitraries.oneOf(
                Arbitraries.bytes().array(byte[].class).ofMaxSize(20),
                Arbitraries.bytes().array(byte[].class).ofMinSize(1_000).ofMaxSize(5_000));
        return bulk.list().ofMinSize(1).ofMaxSize(80).list().ofMaxSize(6);
    }

    @Provide
    Arbitrary<List<Integer>> chunkSizes() {
        return Arbitraries.integers().between(1, 3_000).list().ofMinSize(1).ofMaxSize(5);
    }

    @Property(tries = 500)
    void parse_garbage_neverFailsOtherwiseThanByProtocol(@ForAll("garbage") String garbage) {
        RespParser fresh = new RespParser(RequestLimits.authenticated(1_024));
        byte[] bytes = Resp.bytes(garbage);
        try {
            fresh.parse(bytes, 0, bytes.length, (arguments, wire) -> arguments.length > 0);
        } catch (ProtocolException e) {
            assertThat(e).hasMessageMatching("[ -~]+");
        }
    }

    @Provide
    Arbitrary<String> garbage() {
        return Arbitraries.strings().withChars("*$0123-\r\n\"'\\x \0az\u00ff").ofMaxLength(60);
    }

    @Test
    void parse_wireBytes_countHeadersAndEnds() throws ProtocolException {
        parse(Resp.request("SET", "k", "value"));
        parse(Resp.bytes("PING\r\n"));
        assertThat(wireBytes).containsExactly(Resp.request("SET", "k", "value").length, 6);
    }

    @Test
    void parse_manyArguments_areAllThere() throws ProtocolException {
        String[] many = new String[1_000];
        Arrays.setAll(many, Integer::toString);
        parse(Resp.request(many));
        assertThat(requests).containsExactly(request(many));
    }

    @Test
    void parse_largestBulkInSmallChunks_isWhole() throws ProtocolException {
        byte[] value = new byte[MAX_REQUEST_BYTES - 64];
        new Random(7).nextBytes(value);
        byte[] stream = Resp.request(Resp.bytes("SET"), Resp.bytes("k"), value);
        for (int at = 0; at < stream.length; at += 1_000) {
            parse(Arrays.copyOfRange(stream, at, Math.min(stream.length, at + 1_000)));
        }
        assertThat(requests).hasSize(1);
        assertThat(requests.get(0).get(2)).isEqualTo(ByteBuffer.wrap(value));
    }

    @Test
    void parse_sinkReturnsFalse_stops() throws ProtocolException {
        byte[] stream = Resp.join(Resp.request("QUIT"), Resp.request("PING"));
        parser.parse(stream, 0, stream.length, (arguments, bytes) -> {
            requests.add(wrap(arguments));
            return false;
        });
        assertThat(requests).containsExactly(request("QUIT"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "*174763\\r\\n|invalid multibulk length: 174763 arguments, more than fit redis.max_request_bytes = 1048576",
                "*1000000\\r\\n|invalid multibulk length: 1000000 arguments, more than fit redis.max_request_bytes ="
                        + " 1048576",
                "*99999999999999999999\\r\\n|invalid multibulk length",
                "*\\r\\n|invalid multibulk length",
                "*x\\r\\n|invalid multibulk length",
                "*1x|invalid multibulk length",
                "*1\\r\\nPING\\r\\n|expected '$', got 'P'",
                "*1\\r\\n\\0|expected '$', got '\\x00'",
                "*1\\r\\n$629145600\\r\\n|invalid bulk length: with these 629145600 bytes the request is longer than"
                        + " redis.max_request_bytes = 1048576",
                "*1\\r\\n$1048577\\r\\n|invalid bulk length: with these 1048577 bytes the request is longer than"
                        + " redis.max_request_bytes = 1048576",
                "*1\\r\\n$-1\\r\\n|invalid bulk length",
                "*1\\r\\n$ 4\\r\\n|invalid bulk length",
                "*1\\r\\n$1\\r\\nabc|expected CRLF after a bulk, got 'b'",
                "SET a \"b\\r\\n|unbalanced quotes in request",
                "SET a \"b\"c\\r\\n|unbalanced quotes in request",
                "SET a 'b\\r\\n|unbalanced quotes in request",
            })
    void parse_badBytes_saysWhat(String stream, String message) {
        byte[] bytes =
                Resp.bytes(stream.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0"));
        assertThatThrownBy(() -> parse(bytes))
                .isInstanceOf(ProtocolException.class)
                .hasMessage(message);
        assertThat(requests).isEmpty();
    }

    @Test
    void parse_requestOverItsBoundInSmallBulks_isRefusedBeforeTheLast() throws ProtocolException {
        RespParser small = new RespParser(RequestLimits.authenticated(1_024));
        byte[] first = Resp.bytes("*3\r\n$600\r\n" + "x".repeat(600) + "\r\n");
        small.parse(first, 0, first.length, this::add);
        byte[] second = Resp.bytes("$600\r\n");
        assertThatThrownBy(() -> small.parse(second, 0, second.length, this::add))
                .hasMessage(
                        "invalid bulk length: with these 600 bytes the request is longer than redis.max_request_bytes ="
                                + " 1024");
    }

    @Test
    void parse_requestOverItsMemory_isRefusedByTheNumberOfItsArguments() throws ProtocolException {
        RequestLimits limits = new RequestLimits(MAX_REQUEST_BYTES, 100_000, true);
        byte[] many = Resp.bytes("*782\r\n");
        assertThatThrownBy(() -> new RespParser(limits).parse(many, 0, many.length, this::add))
                .hasMessage(
                        "invalid multibulk length: 782 arguments, more than fit the 100000 bytes that one request may"
                                + " take of this node's heap (-Xmx)");
        byte[] large = Resp.bytes("*700\r\n$10400\r\n");
        assertThatThrownBy(() -> new RespParser(limits).parse(large, 0, large.length, this::add))
                .hasMessage(
                        "invalid bulk length: with these 10400 bytes the request needs more than the 100000 bytes that"
                                + " one request may take of this node's heap (-Xmx)");
    }

    /** The memory of an incomplete request is what has been allocated for it, not what was announced. */
    @Test
    void parse_memoryBytes_growWithWhatHasArrived() throws ProtocolException {
        assertThat(parser.memoryBytes()).isZero();
        parse(Resp.bytes("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000000\r\n"));
        assertThat(parser.memoryBytes()).isBetween(256L, 2_000L);
        parse(new byte[300_000]);
        assertThat(parser.memoryBytes()).isBetween(300_000L, 1_000_400L);
        parse(new byte[700_000]);
        assertThat(parser.memoryBytes()).isBetween(1_000_000L, 1_000_400L);
        parse(Resp.bytes("\r\n"));
        assertThat(parser.memoryBytes()).isZero();
        parse(Resp.bytes("set k " + "v".repeat(10_000)));
        assertThat(parser.memoryBytes()).isBetween(10_000L, 20_100L);
    }

    @Test
    void parse_unauthenticated_hasSmallerLimits() throws ProtocolException {
        assertThatThrownBy(() -> parseUnauthenticated("*11\r\n"))
                .hasMessageStartingWith("unauthenticated multibulk length: 11 ");
        assertThatThrownBy(() -> parseUnauthenticated("*1\r\n$16385\r\n"))
                .hasMessageStartingWith("unauthenticated bulk length: 16385 ");
        parseUnauthenticated("*10\r\n$16384\r\n");
    }

    @Test
    void parse_longLine_isRefused() throws ProtocolException {
        byte[] line = new byte[RequestLimits.MAX_INLINE_BYTES];
        Arrays.fill(line, (byte) 'a');
        parse(line);
        assertThatThrownBy(() -> parse(Resp.bytes("a")))
                .hasMessageStartingWith("too big inline request: more than 65536 bytes");
    }

    @Test
    void parse_inlineQuotes_areRead() throws ProtocolException {
        parse(Resp.bytes("  a  \"\\x41\\n\\\"\\q\" 'it\\'s' x\"y z\" \"\"\r\n"));
        assertThat(requests).containsExactly(request("a", "A\n\"q", "it's", "xy z", ""));
    }

    private void parseUnauthenticated(String stream) throws ProtocolException {
        byte[] bytes = Resp.bytes(stream);
        new RespParser(RequestLimits.unauthenticated(MAX_REQUEST_BYTES)).parse(bytes, 0, bytes.length, this::add);
    }

    private void parse(byte[] chunk) throws ProtocolException {
        parser.parse(chunk, 0, chunk.length, this::add);
    }

    private boolean add(byte[][] arguments, int bytes) {
        wireBytes.add(bytes);
        return requests.add(wrap(arguments));
    }

    private static List<ByteBuffer> request(String... arguments) {
        return Arrays.stream(arguments).map(Resp::bytes).map(ByteBuffer::wrap).toList();
    }

    private static List<ByteBuffer> wrap(byte[][] arguments) {
        return Arrays.stream(arguments).map(ByteBuffer::wrap).toList();
    }
}
