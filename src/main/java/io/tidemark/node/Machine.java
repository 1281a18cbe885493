package io.tidemark.node;

import io.tidemark.disk.Disk;
import io.tidemark.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The kernel that this process runs on, and its boot. */
final class Machine {
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    private Machine() {}

    /** The kernel's random id of its boot; {@link OwnerRecord#UNKNOWN} if it can't be read. */
    static String boot(Disk disk) {
        try (DiskFile in = disk.openForRead(BOOT)) {
            ByteBuffer bytes = ByteBuffer.allocate(64);
            in.read(bytes, 0);
            String id = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).strip();
            return id.matches("[0-9a-f-]{36}") ? id : OwnerRecord.UNKNOWN;
        } catch (IOException unreadable) {
            return OwnerRecord.UNKNOWN;
        }
    }
}
