package io.tidemark.log.segment;

import org.jspecify.annotations.Nullable;

/** A group and its progress through the log; it can be suspended on a full disk and resumed later. */
final class Commit {
    final Group group;

    /** Whether the close request followed it in the queue. */
    final boolean last;

    /** The segment it goes to, once chosen; fixed from then on, since part of the group may have been written there. */
    @Nullable
    ActiveSegment segment;

    /** Whether its entries are durable. */
    boolean durable;

    /** Position of the batch to apply next. */
    int next;
    /** Number of logged batches before {@link #next}. */
    int ordinal;

    Commit(Group group, boolean last) {
        this.group = group;
        this.last = last;
    }
}
