package io.tidemark.redis;

import io.tidemark.shard.Command;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A command with many keys, split into one command per shard, in the order in which the keys first name the shards. */
final class KeysByShard {

    /**
     * One shard's part of the command.
     *
     * @param positions indexes, from 0, of its keys among the request's keys
     */
    record Share(int shard, Command command, int[] positions) {}

    private final List<Share> shares;

    private KeysByShard(List<Share> shares) {
        this.shares = shares;
    }

    List<Share> shares() {
        return shares;
    }

    /**
     * Splits a command.
     *
     * @param keys the keys, in order
     * @param shards number of shards
     * @param command builds a shard's command from the positions of its keys
     */
    static KeysByShard split(List<byte[]> keys, int shards, Function<int[], Command> command) {
        Map<Integer, int[]> positions = new LinkedHashMap<>();
        Map<Integer, Integer> counts = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            int shard = KeySlots.shard(keys.get(i), shards);
            int count = counts.merge(shard, 1, Integer::sum);
            int[] own = positions.computeIfAbsent(shard, ignored -> new int[4]);
            if (count > own.length) {
                own = Arrays.copyOf(own, 2 * own.length);
                positions.put(shard, own);
            }
            own[count - 1] = i;
        }
        List<Share> shares = new ArrayList<>(positions.size());
        positions.forEach((shard, own) -> {
            int[] exact = Arrays.copyOf(own, counts.getOrDefault(shard, 0));
            shares.add(new Share(shard, command.apply(exact), exact));
        });
        return new KeysByShard(shares);
    }
}
