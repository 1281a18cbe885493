package io.tidemark.log.segment;

import org.jspecify.annotations.Nullable;

/** A group on its way through the log, and how far it has come: it can stop for want of room and go on later. */
final class Commit {
    final Group group;

    /** Whether the call of close stood behind it. */
    final boolean last;

    /** Where it goes, once that is known; never another afterwards, for some of it may have been written. */
    @Nullable
    ActiveSegment segment;

    /** Whether its entries can't be lost any more. */
    boolean durable;

    /** The batch that is to be applied next, and how many logged ones come before it. */
    int next;

    int ordinal;

    Commit(Group group, boolean last) {
        this.group = group;
        this.last = last;
    }
}
