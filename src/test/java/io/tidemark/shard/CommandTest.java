package io.tidemark.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.bitcask.Bitcask;
import io.tidemark.bitcask.BitcaskOptions;
import io.tidemark.disk.FaultyDisk;
import io.tidemark.shard.Command.Read;
import io.tidemark.shard.Command.Write;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What each kind of command answers for: its result, its changes, its keys, its weight. */
class CommandTest {
    private static final Path DIRECTORY = Path.of("/data/shard-3");

    /** What a command does to a store in which {@code a} is "one", {@code n} is 41, and nothing else is. */
    private record Example(Command command, Object result, long changes, String keys) {}

    private static final List<Example> EXAMPLES = List.of(
            new Example(set("b", "2"), Result.Ok.OK, 1, "b"),
            new Example(
                    new Command.SetAll(List.of(set("b", "2"), set("c", ""), set("b", "3"))), Result.Ok.OK, 3, "b c b"),
            new Example(new Command.SetAll(List.of()), Result.Ok.OK, 0, ""),
            new Example(new Command.Delete(keys("a", "none", "n", "a")), new Result.Count(2), 2, "a none n a"),
            new Example(new Command.Delete(keys("none")), new Result.Count(0), 0, "none"),
            new Example(new Command.IncrementBy(bytes("n"), 1), new Result.Count(42), 1, "n"),
            new Example(new Command.IncrementBy(bytes("none"), -5), new Result.Count(-5), 1, "none"),
            new Example(new Command.IncrementBy(bytes("a"), 1), Result.Kind.NOT_AN_INTEGER, 0, "a"),
            new Example(new Command.IncrementBy(bytes("n"), Long.MAX_VALUE), Result.Kind.OVERFLOW, 0, "n"),
            new Example(new Command.Get(bytes("a")), List.of("one"), 0, "a"),
            new Example(new Command.Get(bytes("none")), Arrays.asList((String) null), 0, "none"),
            new Example(new Command.GetAll(keys("n", "none", "a")), Arrays.asList("41", null, "one"), 0, "n none a"),
            new Example(new Command.Exists(keys("a", "none", "a")), new Result.Count(2), 0, "a none a"),
            new Example(new Command.ValueLength(bytes("a")), new Result.Count(3), 0, "a"),
            new Example(new Command.ValueLength(bytes("none")), new Result.Count(0), 0, "none"));

    private static Command.Set set(String key, String value) {
        return new Command.Set(bytes(key), bytes(value));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static List<byte[]> keys(String... names) {
        return Arrays.stream(names).map(CommandTest::bytes).toList();
    }

    private static Bitcask store() throws IOException {
        FaultyDisk disk = new FaultyDisk(3);
        disk.createDirectories(Path.of("/data"));
        Bitcask store = Bitcask.open(disk, DIRECTORY, new UUID(1, 2), 3, new BitcaskOptions(1 << 20));
        store.confirmManifest();
        store.put(bytes("a"), bytes("one"));
        store.put(bytes("n"), bytes("41"));
        store.commit(1, 1);
        return store;
    }

    /** A result as it is written in an example. */
    private static Object shown(Result result) {
        if (result instanceof Result.Value value) {
            return Arrays.asList(text(value.bytes()));
        } else if (result instanceof Result.Values values) {
            return values.all().stream().map(CommandTest::text).toList();
        }
        return result instanceof Result.Failure failure ? failure.kind() : result;
    }

    private static @Nullable String text(byte @Nullable [] value) {
        return value == null ? null : new String(value, StandardCharsets.US_ASCII);
    }

    @Test
    void examples_areOfEveryKind() {
        Set<Class<?>> tested = new HashSet<>();
        EXAMPLES.forEach(each -> tested.add(each.command().getClass()));
        assertThat(tested)
                .containsExactlyInAnyOrder(
                        Stream.of(Write.class.getPermittedSubclasses(), Read.class.getPermittedSubclasses())
                                .flatMap(Arrays::stream)
                                .toArray(Class<?>[]::new));
    }

    @Test
    void apply_ofEachKind_givesItsResultAndItsChanges() throws IOException {
        for (Example each : EXAMPLES) {
            try (Bitcask store = store()) {
                Result result = each.command().apply(store);
                assertThat(shown(result)).as(each.toString()).isEqualTo(each.result());
                assertThat(ChangeCounter.of(each.command(), result))
                        .as("changes of " + each)
                        .isEqualTo(each.changes());
            }
        }
    }

    /** Seen through the next command of the same entry, and again once the entry has been applied. */
    @Test
    void apply_ofWrites_leavesTheirValues() throws IOException {
        Map<Command, String> after = new LinkedHashMap<>();
        after.put(set("a", "2"), "a=2 n=41");
        after.put(new Command.SetAll(List.of(set("b", "2"), set("b", "3"))), "a=one b=3 n=41");
        after.put(new Command.Delete(keys("a", "none")), "n=41");
        after.put(new Command.IncrementBy(bytes("n"), -100), "a=one n=-59");
        after.put(new Command.IncrementBy(bytes("a"), 1), "a=one n=41");
        after.put(new Command.IncrementBy(bytes("n"), Long.MAX_VALUE), "a=one n=41");
        for (Map.Entry<Command, String> each : after.entrySet()) {
            try (Bitcask store = store()) {
                each.getKey().apply(store);
                Command.GetAll all = new Command.GetAll(keys("a", "b", "n"));
                assertThat(contents(all.apply(store))).as("in the entry").isEqualTo(each.getValue());
                store.commit(2, 1);
                assertThat(contents(Evaluator.read(all, store))).as("applied").isEqualTo(each.getValue());
            }
        }
    }

    private static String contents(Result result) {
        List<byte @Nullable []> values = ((Result.Values) result).all();
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            if (values.get(i) != null) {
                out.append(out.isEmpty() ? "" : " ")
                        .append("abn".charAt(i))
                        .append('=')
                        .append(text(values.get(i)));
            }
        }
        return out.toString();
    }

    @Test
    void read_ofAppliedEntries_givesTheSameAsInAnEntry_andItsBytesAreKnownBefore() throws IOException {
        try (Bitcask store = store()) {
            for (Example each : EXAMPLES) {
                if (each.command() instanceof Read read) {
                    Result result = Evaluator.read(read, store);
                    assertThat(shown(result)).as(each.toString()).isEqualTo(each.result());
                    assertThat(Evaluator.valueBytes(read, store))
                            .as(each.toString())
                            .isEqualTo(result.valueBytes());
                }
            }
        }
    }

    @Test
    void keys_ofEachKind_areThoseItNamesInOrder() {
        for (Example each : EXAMPLES) {
            assertThat(each.command().keys().stream().map(CommandTest::text))
                    .as(each.toString())
                    .containsExactly(
                            each.keys().isEmpty() ? new String[0] : each.keys().split(" "));
        }
    }

    /** One number limits memory, log and data files, so it must cover each of them. */
    @Test
    void weight_ofWrites_coversTheirBytesInTheLogAndInTheDataFiles() throws IOException {
        long index = 2;
        try (Bitcask store = store()) {
            for (int length : new int[] {0, 1, 100, 10_000}) {
                byte[] key = new byte[length];
                byte[] value = new byte[2 * length];
                Command.Set pair = new Command.Set(key, value);
                for (Write each : List.of(
                        pair,
                        new Command.SetAll(List.of(pair, set("k", "v"))),
                        new Command.Delete(List.of(key, bytes("k"))),
                        new Command.IncrementBy(key, Long.MIN_VALUE),
                        new Command.Delete(List.of(key)))) {
                    each.apply(store);
                    long inFiles = store.commit(index++, 1);
                    assertThat(each.weight())
                            .as(each.toString())
                            .isGreaterThanOrEqualTo(each.encodedBytes())
                            .isGreaterThanOrEqualTo(inFiles);
                }
            }
        }
    }

    @Test
    void weight_ofAList_isTheSumOfItsCommands() {
        List<Call> calls = EXAMPLES.stream().map(each -> call(each.command())).toList();
        long sum = 0;
        for (Example each : EXAMPLES) {
            sum += each.command().weight();
        }
        assertThat(WriteCost.of(calls)).isEqualTo(sum);
    }

    private static Call call(Command command) {
        return new Call() {
            @Override
            public Command command() {
                return command;
            }

            @Override
            public void complete(Result result) {}
        };
    }

    @Test
    void addsData_ofEachWrite_isFalseForRemovalsOnly() {
        for (Example each : EXAMPLES) {
            if (each.command() instanceof Write write) {
                assertThat(write.addsData()).as(each.toString()).isNotEqualTo(write instanceof Command.Delete);
            }
        }
    }

    @Test
    void result_ofEachType_isVisitedAsItself() {
        Result.Visitor<List<Object>> visitor = new Result.Visitor<>() {
            @Override
            public void ok(List<Object> seen) {
                seen.add(Result.Ok.OK);
            }

            @Override
            public void postponed(List<Object> seen) {
                seen.add(Result.Postponed.POSTPONED);
            }

            @Override
            public void count(long number, List<Object> seen) {
                seen.add(new Result.Count(number));
            }

            @Override
            public void value(byte @Nullable [] bytes, List<Object> seen) {
                seen.add(new Result.Value(bytes));
            }

            @Override
            public void values(List<byte @Nullable []> all, List<Object> seen) {
                seen.add(new Result.Values(all));
            }

            @Override
            public void failure(Result.Failure failure, List<Object> seen) {
                seen.add(failure);
            }
        };
        List<Result> results = List.of(
                Result.Ok.OK,
                Result.Postponed.POSTPONED,
                new Result.Count(7),
                new Result.Value(bytes("v")),
                new Result.Values(keys("v", "w")),
                new Result.Failure(Result.Kind.SHED, "shard 3: no"));
        assertThat(results.stream().map(Object::getClass))
                .containsExactlyInAnyOrder(Result.class.getPermittedSubclasses());
        for (Result each : results) {
            List<Object> seen = new ArrayList<>();
            each.accept(visitor, seen);
            assertThat(seen).containsExactly(each);
            assertThat(each.number()).isEqualTo(each instanceof Result.Count ? 7 : 0);
        }
    }
}
