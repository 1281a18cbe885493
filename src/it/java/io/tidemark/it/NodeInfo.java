package io.tidemark.it;

import io.tidemark.redis.KeySlots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What {@code INFO persistence} says of each shard, and which keys go to one.
 *
 * @param shards by number; of each the fields, such as {@code durable_index}
 */
record NodeInfo(Map<Integer, Map<String, String>> shards) {
    private static final Pattern SHARD = Pattern.compile("shard(\\d+):(.*)");

    /** Asks. */
    static NodeInfo of(RespClient client) throws IOException {
        Map<Integer, Map<String, String>> shards = new TreeMap<>();
        for (String line : String.valueOf(client.text("INFO", "persistence")).split("\r\n", -1)) {
            Matcher shard = SHARD.matcher(line);
            if (shard.matches()) {
                shards.put(Integer.valueOf(shard.group(1)), fields(shard.group(2)));
            }
        }
        return new NodeInfo(shards);
    }

    private static Map<String, String> fields(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(field -> field.split("=", 2))
                .filter(field -> field.length == 2)
                .collect(Collectors.toMap(field -> field[0], field -> field[1], (first, second) -> first));
    }

    /** The shard of a key. */
    static int shard(String key, int shards) {
        return KeySlots.shard(key.getBytes(StandardCharsets.UTF_8), shards);
    }

    /** A key of that shard that begins with this word. */
    static String key(String word, int shard, int shards) {
        for (int i = 0; ; i++) {
            String key = word + "-" + shard + "-" + i;
            if (shard(key, shards) == shard) {
                return key;
            }
        }
    }

    /** A field that is text. */
    String text(int shard, String field) {
        String value = shards.getOrDefault(shard, Map.of()).get(field);
        if (value == null) {
            throw new AssertionError("INFO says nothing of " + field + " of shard " + shard + ": " + shards);
        }
        return value;
    }

    /** A field that is a number. */
    long number(int shard, String field) {
        return Long.parseLong(text(shard, field));
    }

    /** Whether all that was applied is durable. */
    boolean clean(int shard) {
        return number(shard, "durable_index") == number(shard, "applied_index");
    }
}
