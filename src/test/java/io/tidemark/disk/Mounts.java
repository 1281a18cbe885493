package io.tidemark.disk;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;

/** Several disks as one, each under a directory of its own, as volumes are mounted. */
public final class Mounts {
    private Mounts() {}

    /**
     * A disk that hands each call to the one under whose directory its first path lies.
     *
     * @param disks by directory; the longest that fits counts
     */
    public static Disk of(Map<Path, ? extends Disk> disks) {
        return (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() == Object.class) {
                        return method.invoke(disks, arguments);
                    }
                    Path path = (Path) arguments[0];
                    Disk disk = disks.entrySet().stream()
                            .filter(mount -> path.startsWith(mount.getKey()))
                            .max(Comparator.comparing(mount -> mount.getKey().getNameCount()))
                            .orElseThrow(() -> new IllegalArgumentException(path + " is on no disk"))
                            .getValue();
                    try {
                        return method.invoke(disk, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }
}
