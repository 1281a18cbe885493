#!/usr/bin/env bash
# mergerfs says "No space left on device" to every new file, while statvfs shows gigabytes and appends go on.
#
# Versions: mergerfs 2.33.5-1, libfuse2 2.9.9 (Debian 12).
# Input:    one empty branch of 2 GiB, mounted with default options (minfreespace is 4 GiB).
# Seen:     statvfs of the mount shows the branch's 2 GiB as available; creating a file fails with ENOSPC, making a directory,
#           too; appending 64 MiB to a file that exists succeeds, and so does renaming it.
# So:       free space says nothing about whether a log can begin its next segment, and a full disk that takes appends is no
#           contradiction: decide by the operation that failed, not by statvfs, nor by a probe that overwrites.
#
# Needs root, /dev/fuse and apt-get with its lists. Exit code: 0 seen as described, 1 the behaviour has changed, 2 it could
# not be run.
set -euo pipefail
[[ $EUID == 0 && -e /dev/fuse ]] || { echo "needs root and /dev/fuse" >&2; exit 2; }
folder=$(mktemp -d)
cleanup() {
    ! mountpoint -q "$folder/pool" || umount "$folder/pool"
    ! mountpoint -q "$folder/branch" || umount "$folder/branch"
    rm -rf "$folder"
}
trap cleanup EXIT
chmod 755 "$folder"
cd "$folder"

apt-get download -qq mergerfs=2.33.5-1 libfuse2 fuse 2>/dev/null || { echo "no such packages; apt-get update?" >&2; exit 2; }
for package in ./*.deb; do
    dpkg -x "$package" packages
done
export LD_LIBRARY_PATH=$folder/packages/lib/x86_64-linux-gnu:$folder/packages/usr/lib/x86_64-linux-gnu
export PATH=$folder/packages/bin:$folder/packages/usr/bin:$PATH
mergerfs --version 2>&1 | head -n 1
mkdir branch pool
mount -t tmpfs -o size=2g tmpfs branch
echo one >branch/old
mergerfs branch pool

# try NAME COMMAND...: whether it succeeded, and if not what the system said.
try() {
    local name=$1 said
    shift
    if said=$(LC_ALL=C "$@" 2>&1); then echo "$name: done"; else echo "$name: ${said##*: }"; fi
}
{
    echo "available: $(($(stat -f -c '%a * %S / 1024 / 1024' pool))) MiB"
    try "new file" touch pool/new
    try "new directory" mkdir pool/made
    try "append" dd if=/dev/zero of=pool/old bs=1M count=64 oflag=append conv=notrunc
    try "rename" mv pool/old pool/renamed
} | tee seen

diff - seen <<'SEEN' || { echo "the behaviour has changed" >&2; exit 1; }
available: 2047 MiB
new file: No space left on device
new directory: No space left on device
append: done
rename: done
SEEN
