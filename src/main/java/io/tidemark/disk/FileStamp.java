package io.tidemark.disk;

/**
 * The identity and length of the file that a name refers to at one moment. Comparing two shows whether an open file has been
 * replaced or truncated.
 *
 * @param key the file's device and inode: equal under any of its names, as long as the file is open or has a name
 * @param bytes its length
 * @since 0.1
 */
public record FileStamp(Object key, long bytes) {}
