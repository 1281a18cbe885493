package io.tidemark.redis;

import io.tidemark.redis.protocol.ReplyWriter;
import io.tidemark.shard.Result;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One reply merged from the answers of several shards: counts are added, values are put into the order of the keys, and the
 * reply is OK if all answers are. If shards fail, the reply is the failure of the one that the request names first; for a
 * write that other shards have carried out, the error says so.
 */
final class MultiShardReply extends PendingReply {

    /**
     * The call of one shard.
     *
     * @param positions positions in the reply of the shard's values; unused if the command returns no values
     */
    record Part(ShardCall call, int[] positions) {}

    private final List<Part> parts;

    MultiShardReply(List<Part> parts) {
        this.parts = parts;
    }

    @Override
    boolean ready() {
        for (Part part : parts) {
            if (!part.call().ready()) {
                return false;
            }
        }
        return true;
    }

    @Override
    boolean isFinished() {
        return parts.stream().allMatch(part -> part.call().isFinished());
    }

    @Override
    boolean resubmitPostponed(Consumer<ShardCall> resubmit) {
        boolean any = false;
        for (Part part : parts) {
            any |= part.call().resubmitPostponed(resubmit);
        }
        return any;
    }

    @Override
    long valueBytes() {
        return parts.stream().mapToLong(part -> part.call().valueBytes()).sum();
    }

    @Override
    void encode(ReplyWriter out) {
        for (Part part : parts) {
            if (part.call().answer() instanceof Result.Failure failure) {
                out.error(ResultEncoder.text(failure) + othersDone());
                return;
            }
        }
        Result first = parts.get(0).call().answer();
        if (first instanceof Result.Count) {
            out.integer(sum());
        } else if (first instanceof Result.Values) {
            byte[][] values = inOrder();
            out.array(values.length);
            for (byte @Nullable [] value : values) {
                out.bulk(value);
            }
        } else {
            ResultEncoder.encode(first, out);
        }
    }

    private String othersDone() {
        if (!parts.get(0).call().isWrite()) {
            return "";
        }
        long done = parts.stream()
                .filter(part -> !(part.call().answer() instanceof Result.Failure))
                .count();
        return done == 0 ? "" : "; " + done + " of " + parts.size() + " shards have carried out their part";
    }

    private long sum() {
        long sum = 0;
        for (Part part : parts) {
            sum += part.call().answer() instanceof Result.Count count ? count.number() : 0;
        }
        return sum;
    }

    private byte[][] inOrder() {
        int total = parts.stream().mapToInt(part -> part.positions().length).sum();
        byte[][] values = new byte[total][];
        for (Part part : parts) {
            if (part.call().answer() instanceof Result.Values found) {
                for (int i = 0; i < part.positions().length; i++) {
                    values[part.positions()[i]] = found.all().get(i);
                }
            }
        }
        return values;
    }
}
