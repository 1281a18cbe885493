package io.tidemark.disk;

/**
 * What a name in a directory stands for at one moment. Compared with an earlier one it says whether somebody has removed,
 * replaced or cut off a file that is open.
 *
 * @param key equal for one file under any name, as long as it is open somewhere or has a name: its device and inode
 * @param bytes its length
 */
public record FileStamp(Object key, long bytes) {}
