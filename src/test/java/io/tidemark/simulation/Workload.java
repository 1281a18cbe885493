package io.tidemark.simulation;

import io.tidemark.shard.Command;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What clients ask: few keys, so that they meet; some values large enough that files are soon full. */
final class Workload {
    /** Every key there can be. */
    static final List<String> KEYS = keys();

    private final Random random;
    private int values;

    Workload(Random random) {
        this.random = random;
    }

    private static List<String> keys() {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            keys.add("k" + i);
        }
        for (int i = 0; i < 3; i++) {
            keys.add("n" + i);
        }
        return List.copyOf(keys);
    }

    String key() {
        return KEYS.get(random.nextInt(KEYS.size()));
    }

    /** Something that changes data. */
    Command.Write write() {
        return switch (random.nextInt(8)) {
            case 0 -> {
                List<Command.Set> pairs = new ArrayList<>();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    pairs.add(set());
                }
                yield new Command.SetAll(pairs);
            }
            case 1 -> {
                List<byte[]> gone = new ArrayList<>();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    gone.add(bytes(key()));
                }
                yield new Command.Delete(gone);
            }
            case 2, 3 ->
                new Command.IncrementBy(
                        bytes(random.nextInt(5) == 0 ? key() : "n" + random.nextInt(3)), 1 + random.nextInt(9));
            default -> set();
        };
    }

    private Command.Set set() {
        String value = ++values + "x".repeat(random.nextInt(random.nextInt(4) == 0 ? 2_500 : 300));
        return new Command.Set(bytes("k" + random.nextInt(12)), bytes(value));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
