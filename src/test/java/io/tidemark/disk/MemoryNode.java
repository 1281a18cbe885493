package io.tidemark.disk;

/** What a name in {@link MemoryNames} can stand for. */
sealed interface MemoryNode permits MemoryFile, MemoryNode.Directory {

    /** A directory; what is in it follows from the names. */
    enum Directory implements MemoryNode {
        DIRECTORY
    }
}
