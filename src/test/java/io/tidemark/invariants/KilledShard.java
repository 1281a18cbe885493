package io.tidemark.invariants;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.disk.FaultyDisk;
import io.tidemark.disk.OperationRecord;
import io.tidemark.shard.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a shard leaves that was killed after a life with rotation, releases and three checkpoints: some of it durable, some
 * in its log alone, all of it acknowledged. And everything that was on its disk at any time before.
 */
final class KilledShard {
    /** The disk behind one changing operation. */
    record KillPoint(OperationRecord done, FaultyDisk disk, long acknowledged) {}

    private static final int SEGMENT_HEADER = 4_096;
    private static final int FRAME_HEADER = 48;

    final int number;
    final FaultyDisk disk = new FaultyDisk(1);
    final List<KillPoint> history = new ArrayList<>();

    /** By the index of the log's last entry. */
    final List<SortedMap<String, String>> states = new ArrayList<>();

    private final SortedMap<String, String> state = new TreeMap<>();
    private final List<String> keys = new ArrayList<>();
    private long acknowledged;

    /** Where the last frame begins in the last segment, and where it ends. */
    final int lastFrame;

    final int end;

    KilledShard(int number) throws IOException {
        this.number = number;
        disk.createDirectories(LoneShard.directory(number));
        for (int i = 0; i < 6; i++) {
            keys.add("key-" + i);
        }
        states.add(new TreeMap<>());
        disk.afterEachOperation(done -> history.add(new KillPoint(done, disk.copyOf(), acknowledged)));
        LoneShard shard = new LoneShard(disk, number);
        write(shard, 7, 500);
        shard.generation();
        write(shard, 9, 900);
        shard.generation();
        write(shard, 6, 40);
        shard.generation();
        write(shard, 8, 700);
        byte[] before = disk.bytes(lastSegment());
        Path segment = lastSegment();
        write(shard, 1, 30);
        assertThat(lastSegment()).isEqualTo(segment);
        byte[] after = disk.bytes(segment);
        lastFrame = Arrays.mismatch(before, after);
        end = frameEnd(after, lastFrame);
        disk.afterEachOperation(null);
    }

    private void write(LoneShard shard, int count, int valueBytes) {
        for (int i = 0; i < count; i++) {
            String key = keys.get(states.size() % keys.size());
            if (states.size() % 5 == 4) {
                shard.write(new Command.Delete(List.of(LoneShard.bytes(key))));
                state.remove(key);
            } else {
                String value = states.size() + "-" + "v".repeat(valueBytes);
                shard.write(new Command.Set(LoneShard.bytes(key), LoneShard.bytes(value)));
                state.put(key, value);
            }
            states.add(new TreeMap<>(state));
            acknowledged = states.size() - 1L;
            assertThat(shard.lastIndex()).isEqualTo(acknowledged);
        }
    }

    long acknowledged() {
        return acknowledged;
    }

    List<String> keys() {
        return keys;
    }

    Path manifest() {
        return LoneShard.data(number).resolve("CHECKPOINT");
    }

    Path control() {
        return LoneShard.log(number).resolve("LOG");
    }

    /** Segments, in order. */
    List<Path> segments() throws IOException {
        return files(LoneShard.log(number), ".log");
    }

    Path lastSegment() throws IOException {
        List<Path> all = segments();
        return all.get(all.size() - 1);
    }

    /** Data files, in order. */
    List<Path> dataFiles() throws IOException {
        return files(LoneShard.data(number), ".data");
    }

    /** Every file. */
    List<Path> all() throws IOException {
        List<Path> all = new ArrayList<>(files(LoneShard.data(number), ""));
        all.addAll(files(LoneShard.log(number), ""));
        return all;
    }

    private List<Path> files(Path directory, String suffix) throws IOException {
        return disk.list(directory).stream()
                .filter(name -> name.endsWith(suffix))
                .map(directory::resolve)
                .toList();
    }

    /** How far each file is proof: what is below was durable and is needed. Files that are missing here prove nothing. */
    Map<Path, Integer> proven() throws IOException {
        Map<Path, Integer> proven = new TreeMap<>();
        proven.put(manifest(), disk.bytes(manifest()).length);
        proven.put(control(), disk.bytes(control()).length);
        FaultyDisk atCheckpoint = lastCheckpoint();
        for (Path file : dataFiles()) {
            if (atCheckpoint.exists(file)) {
                proven.put(file, atCheckpoint.bytes(file).length);
            }
        }
        for (Path segment : segments()) {
            proven.put(segment, segment.equals(lastSegment()) ? lastFrame : endOfFrames(disk.bytes(segment)));
        }
        return proven;
    }

    private FaultyDisk lastCheckpoint() {
        FaultyDisk found = disk;
        for (KillPoint moment : history) {
            if (manifest().equals(moment.done().target())) {
                found = moment.disk();
            }
        }
        return found;
    }

    /** Old frames of a file used again, and zeros, are behind it. */
    private static int endOfFrames(byte[] segment) {
        int at = SEGMENT_HEADER;
        long index = ByteBuffer.wrap(segment).getLong(48);
        while (at + FRAME_HEADER <= segment.length && ByteBuffer.wrap(segment).getLong(at + 16) == index) {
            at = frameEnd(segment, at);
            index++;
        }
        return at;
    }

    private static int frameEnd(byte[] segment, int at) {
        return (at + FRAME_HEADER + ByteBuffer.wrap(segment).getInt(at + 12) + 7) & ~7;
    }
}
