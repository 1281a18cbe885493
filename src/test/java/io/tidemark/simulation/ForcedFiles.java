package io.tidemark.simulation;

import io.tidemark.disk.OperationRecord;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** I5: a file of which a force has failed is never forced again. A name that is created again is another file. */
final class ForcedFiles {
    private final Checks checks;
    private final Set<Path> failed = new HashSet<>();

    ForcedFiles(Checks checks) {
        this.checks = checks;
    }

    void done(OperationRecord operation) {
        boolean ok = operation.outcome() != OperationRecord.Outcome.FAILED;
        Path path = operation.path();
        switch (operation.operation()) {
            case FORCE -> {
                checks.that(!failed.contains(path), "%s was forced again after a force of it had failed", path);
                if (!ok) {
                    failed.add(path);
                }
            }
            case CREATE, DELETE -> {
                if (ok) {
                    failed.remove(path);
                }
            }
            case RENAME -> {
                Path target = operation.target();
                if (ok && target != null) {
                    failed.remove(target);
                    if (failed.remove(path)) {
                        failed.add(target);
                    }
                }
            }
            default -> {
                // no force involved
            }
        }
    }
}
