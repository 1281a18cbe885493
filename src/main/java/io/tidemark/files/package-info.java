/**
 * A store over plain append-only files, for whoever wants one and not its own {@link
 * io.tidemark.checkpoint.CheckpointTarget}: {@link io.tidemark.files.AppendOnlyFiles}.
 *
 * <p>On the write path it takes the place of the Bitcask data files: log (append, fdatasync), files (append, no sync), dirty
 * mark, reply. The protocol, step by step. A <em>position</em> is a number of the application's choice that grows with each
 * append, as a rule the log index.
 *
 * <pre>
 *  open     directory, LOCK (of the operating system)
 *           no POSITION: none of our files may be there; an empty POSITION is written, durably
 *           POSITION is checked (checksum), and against the position that the caller requires
 *           each listed file: there, long enough, the checksum of its durable bytes holds
 *           POSITION is written again: a killed process may have left one whose name is not on disk
 *           what it does not list is removed: it was never durable as a whole, and the log has it
 *           appends go to new files: pages of an earlier process may be those of a failed force
 *  append   on the caller's thread: all parts are written at their offsets, in the page cache
 *           a short write goes on where it stopped; a failed one leaves nothing that counts, and is repeated at
 *           the same offset, or in a new file if it was not for want of room
 *           then one volatile store publishes position, lengths and checksums, then the counter is marked
 *           a file that would grow too large is sealed first; nothing is forced, it stays unsynced
 *  capture  one volatile read of what was published last
 *  force    every file with unsynced bytes, through the descriptor that made it: written back in steps, then forced
 *           the directory, if a file in it has a new name
 *           each file still is what its name stands for, and as long as it was written
 *           POSITION: new file, force, rename, force of the directory
 *  failed   a file, a range, the directory, or a file displaced: nothing of this set is forced again; appends wait
 *           POSITION behind its force: it alone is written again; until then both count as on disk
 *           POSITION not even written: no force failed; the next generation forces again
 *  repair   the files are opened a second time as they were durable last (from memory's knowledge)
 *           the callback replays (durable position, last position] into new files
 *           last position and the length of each file must come out the same; then the sets are swapped, appends go on
 *           what the first set made and nothing lists is set aside, and removed when a generation has succeeded
 *           without a callback: appends are refused until a restart
 *  drain    later appends are refused, also those that wait for a repair; done when the one under way is
 *  close    descriptors and LOCK; nothing is forced
 * </pre>
 */
@NullMarked
package io.tidemark.files;

import org.jspecify.annotations.NullMarked;
