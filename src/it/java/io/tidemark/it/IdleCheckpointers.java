package io.tidemark.it;

import io.tidemark.checkpoint.CheckpointOptions;
import io.tidemark.checkpoint.Checkpointers;
import io.tidemark.checkpoint.DirtyCounter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process with checkpointers at default options, led by its standard input, one word a line: {@code deploy STORE SHARDS},
 * {@code write STORE SHARD}. Each is answered by a line; it ends with its input.
 */
final class IdleCheckpointers {
    private static final int EVENT_LOOPS = 4;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(EVENT_LOOPS));
    private final List<AppendedFile> files = new ArrayList<>();
    private final Path directory;

    private IdleCheckpointers(Path directory) {
        this.directory = directory;
    }

    private void deploy(String store, int shards) throws Exception {
        List<AppendedFile> targets = new ArrayList<>();
        for (int shard = 0; shard < shards; shard++) {
            targets.add(new AppendedFile(directory.resolve(store + "-" + shard)));
        }
        files.clear();
        files.addAll(targets);
        Checkpointers checkpointers = await(Checkpointers.deploy(vertx, store, new CheckpointOptions(), targets));
        await(checkpointers.syncNow()); // what was found at the start is proven; from here on it is idle
    }

    private void write(String store, int shard) throws Exception {
        files.get(shard).append(new byte[100], DirtyCounter.of(vertx, store, shard));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    /** The directory of the files is the only argument. */
    public static void main(String[] arguments) throws Exception {
        IdleCheckpointers process = new IdleCheckpointers(Path.of(arguments[0]));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = orders.readLine(); line != null; line = orders.readLine()) {
            String[] words = line.split(" ", -1);
            if (words[0].equals("deploy")) {
                process.deploy(words[1], Integer.parseInt(words[2]));
            } else {
                process.write(words[1], Integer.parseInt(words[2]));
            }
            System.out.println("done: " + line);
        }
        System.exit(0);
    }
}
