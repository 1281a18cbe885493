package io.tidemark.disk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The names of a {@link FaultyDisk} twice: as programs see them and as the device holds them, and the changes not yet
 * forced, in order. Not thread-safe: used under the lock of its disk.
 */
final class MemoryNames {

    /** One change in one directory, all or nothing: a create has no {@code removed}, a delete no {@code added}. */
    private record Change(Path directory, @Nullable Path removed, @Nullable Path added, @Nullable MemoryNode node) {

        void applyTo(Map<Path, MemoryNode> names) {
            if (removed != null) {
                names.remove(removed);
            }
            if (added != null && node != null) {
                names.put(added, node);
            }
        }

        boolean touches(Set<Path> names) {
            return (removed != null && names.contains(removed)) || (added != null && names.contains(added));
        }

        void addNamesTo(Set<Path> names) {
            if (removed != null) {
                names.add(removed);
            }
            if (added != null) {
                names.add(added);
            }
        }
    }

    private final SortedMap<Path, MemoryNode> seen = new TreeMap<>();
    private final SortedMap<Path, MemoryNode> durable = new TreeMap<>();
    private final List<Change> unforced = new ArrayList<>();

    @Nullable
    MemoryNode get(Path path) {
        return path.getParent() == null ? MemoryNode.Directory.DIRECTORY : seen.get(path);
    }

    @Nullable
    MemoryNode getDurable(Path path) {
        return path.getParent() == null ? MemoryNode.Directory.DIRECTORY : durable.get(path);
    }

    /** Makes or replaces a name, or renames when {@code removed} is given. */
    void put(Path path, MemoryNode node, @Nullable Path removed) {
        change(new Change(parentOf(path), removed, path, node));
    }

    void remove(Path path) {
        change(new Change(parentOf(path), path, null, null));
    }

    /** The changes in a directory become durable. */
    void force(Path directory) {
        unforced.stream().filter(each -> each.directory().equals(directory)).forEach(each -> each.applyTo(durable));
        unforced.removeIf(each -> each.directory().equals(directory));
    }

    /** The changes in a directory so far will never be durable, though everybody sees them. */
    void drop(Path directory) {
        unforced.removeIf(each -> each.directory().equals(directory));
    }

    /** Last parts of the names in a directory, sorted as strings. */
    List<String> list(Path directory) {
        return seen.keySet().stream()
                .filter(each -> parentOf(each).equals(directory))
                .map(each -> String.valueOf(each.getFileName()))
                .sorted()
                .toList();
    }

    /** The files that programs can reach by name. */
    List<MemoryFile> files() {
        List<MemoryFile> files = new ArrayList<>();
        for (MemoryNode node : seen.values()) {
            if (node instanceof MemoryFile file) {
                files.add(file);
            }
        }
        return files;
    }

    /** The same state over copies of the files. */
    MemoryNames copy() {
        IdentityHashMap<MemoryFile, MemoryFile> copies = new IdentityHashMap<>();
        MemoryNames made = new MemoryNames();
        seen.forEach((path, node) -> made.seen.put(path, copyOf(node, copies)));
        durable.forEach((path, node) -> made.durable.put(path, copyOf(node, copies)));
        for (Change each : unforced) {
            MemoryNode node = each.node() == null ? null : copyOf(each.node(), copies);
            made.unforced.add(new Change(each.directory(), each.removed(), each.added(), node));
        }
        return made;
    }

    /**
     * What a power cut may leave: the durable names, each unforced change with one probability (but none that builds
     * on a lost one: they share a name), each unforced page with another.
     */
    MemoryNames afterPowerCut(double keepChange, double keepPage, Random random) {
        SortedMap<Path, MemoryNode> left = new TreeMap<>(durable);
        Set<Path> lost = new HashSet<>();
        for (Change each : unforced) {
            if (random.nextDouble() < keepChange && !each.touches(lost)) {
                each.applyTo(left);
            } else {
                each.addNamesTo(lost);
            }
        }
        MemoryNames made = new MemoryNames();
        left.forEach((path, node) -> {
            if (made.get(parentOf(path)) == MemoryNode.Directory.DIRECTORY) {
                MemoryNode kept = node instanceof MemoryFile file ? file.afterPowerCut(keepPage, random) : node;
                made.seen.put(path, kept);
                made.durable.put(path, kept);
            }
        });
        return made;
    }

    static Path parentOf(Path path) {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }

    private void change(Change change) {
        change.applyTo(seen);
        unforced.add(change);
    }

    private static MemoryNode copyOf(MemoryNode node, IdentityHashMap<MemoryFile, MemoryFile> copies) {
        return node instanceof MemoryFile file ? copies.computeIfAbsent(file, MemoryFile::copy) : node;
    }
}
