package io.tidemark.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.shard.Command.Write;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The format of commands in the log: logs written by earlier versions must stay readable, each kind of command. */
class CommandFormatTest {
    /** Each kind of write with its bytes, written down by hand from the format. */
    private static final Map<Write, String> BYTES = new LinkedHashMap<>();

    static {
        BYTES.put(set("k", "val"), "01 00000001 6b 00000003 76616c");
        BYTES.put(set("", ""), "01 00000000 00000000");
        BYTES.put(
                new Command.SetAll(List.of(set("a", "1"), set("bc", ""))),
                "02 00000002 00000001 61 00000001 31 00000002 6263 00000000");
        BYTES.put(new Command.SetAll(List.of()), "02 00000000");
        BYTES.put(new Command.Delete(List.of(bytes("a"), bytes("bc"))), "03 00000002 00000001 61 00000002 6263");
        BYTES.put(new Command.IncrementBy(bytes("n"), -2), "04 00000001 6e fffffffffffffffe");
        BYTES.put(new Command.IncrementBy(bytes("n"), Long.MAX_VALUE), "04 00000001 6e 7fffffffffffffff");
    }

    private static Command.Set set(String key, String value) {
        return new Command.Set(bytes(key), bytes(value));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] parse(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    @Test
    void encode_ofEachKind_writesTheFormatsBytes() {
        BYTES.forEach((command, hex) -> {
            ByteBuffer out = ByteBuffer.allocate(command.encodedBytes());
            command.encode(out);
            assertThat(out.hasRemaining()).as("as long as it says").isFalse();
            assertThat(out.array()).as(command.toString()).isEqualTo(parse(hex));
        });
    }

    @Test
    void decode_ofTheFormatsBytes_readsTheSameCommand() throws IOException {
        for (Map.Entry<Write, String> each : BYTES.entrySet()) {
            ByteBuffer in = ByteBuffer.wrap(parse(each.getValue()));
            assertThat(CommandCodec.decode(in)).usingRecursiveComparison().isEqualTo(each.getKey());
            assertThat(in.hasRemaining()).as("read to its end").isFalse();
        }
    }

    @Test
    void decode_ofSeveralCommands_readsOneAfterAnother() throws IOException {
        ByteBuffer in = ByteBuffer.wrap(parse(String.join("", BYTES.values())));
        for (Write command : BYTES.keySet()) {
            assertThat(CommandCodec.decode(in)).usingRecursiveComparison().isEqualTo(command);
        }
        assertThat(in.hasRemaining()).isFalse();
    }

    @Test
    void format_ofEachPermittedWrite_hasAnExampleHere() {
        Set<Class<?>> tested = new HashSet<>();
        BYTES.keySet().forEach(command -> tested.add(command.getClass()));
        assertThat(tested).containsExactlyInAnyOrder(Write.class.getPermittedSubclasses());
    }

    @Test
    void kinds_haveCodesOfTheirOwn_andAWriteEach() {
        Set<WriteKind> kinds = new HashSet<>();
        BYTES.keySet().forEach(command -> kinds.add(command.kind()));
        assertThat(kinds)
                .hasSameSizeAs(Write.class.getPermittedSubclasses())
                .containsExactlyInAnyOrder(WriteKind.values());
        assertThat(Arrays.stream(WriteKind.values()).map(WriteKind::code)).doesNotHaveDuplicates();
        for (WriteKind kind : WriteKind.values()) {
            assertThat(WriteKind.of(kind.code())).isEqualTo(kind);
        }
    }

    @Test
    void decode_ofAnUnknownKind_isRefusedWithItsCode() {
        for (byte code : new byte[] {0, 5, 127, -1, -128}) {
            assertThatThrownBy(() -> CommandCodec.decode(ByteBuffer.wrap(new byte[] {code, 0, 0, 0, 0})))
                    .isInstanceOf(IOException.class)
                    .hasMessage("command of unknown kind " + code + "; was it written by a newer version?");
        }
    }
}
