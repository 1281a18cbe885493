#!/usr/bin/env bash
# After a rename, fdatasync of the file keeps the new name on XFS over a power cut, and not on ext4.
#
# Versions: ext4 and XFS of Linux 6.x, e2fsprogs 1.47.0, xfsprogs 6.1.0 (Debian 12).
# Input:    write "new" to a file, fdatasync it, rename it over a durable file that holds "old"; then nothing, or fdatasync or
#           fsync of the renamed file, or fsync of the directory; then the file system is shut down without a flush of its
#           journal (the GOINGDOWN ioctl, as a power cut), unmounted, mounted again, and the name is read.
# Seen:     nothing: "old" on both. fdatasync of the file: "old" on ext4, "new" on XFS. fsync of the file: "new" on both.
#           fsync of the directory: "new" on both.
# So:       only a sync of the directory makes a rename durable; code that syncs the file again passes its tests on XFS.
#
# Needs root, loop devices, mkfs.ext4, mkfs.xfs, xfs_io and python3. Exit code: 0 seen as described, 1 the behaviour has
# changed, 2 it could not be run.
set -euo pipefail
[[ $EUID == 0 && -e /dev/loop-control ]] || { echo "needs root and loop devices" >&2; exit 2; }
folder=$(mktemp -d)
device=
cleanup() {
    ! mountpoint -q "$folder/mount" || umount "$folder/mount"
    [[ -z $device ]] || losetup -d "$device"
    rm -rf "$folder"
}
trap cleanup EXIT
cd "$folder"
mkdir mount

apt-get download -qq e2fsprogs=1.47.0-2+b2 xfsprogs=6.1.0-1 2>/dev/null || { echo "no such packages; apt-get update?" >&2; exit 2; }
for package in ./*.deb; do
    dpkg -x "$package" packages
done
export PATH=$folder/packages/sbin:$folder/packages/usr/sbin:$PATH
uname -r
mkfs.ext4 -V 2>&1 | head -n 1
mkfs.xfs -V

cat >renames.py <<'PY'
import os, sys
folder, synced = sys.argv[1:]
def write(name, text):
    handle = os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.write(handle, text)
    os.fdatasync(handle)
    return handle
write("name", b"old")
os.sync()
handle = write("name.new", b"new")
os.rename(os.path.join(folder, "name.new"), os.path.join(folder, "name"))
if synced == "fdatasync":
    os.fdatasync(handle)
elif synced == "fsync":
    os.fsync(handle)
elif synced == "directory":
    os.fsync(os.open(folder, os.O_RDONLY))
PY

for type in ext4 xfs; do
    for synced in nothing fdatasync fsync directory; do
        truncate -s 512M image
        device=$(losetup --find --show image)
        "mkfs.$type" -q "$device"
        mount "$device" mount
        python3 renames.py mount "$synced"
        xfs_io -x -c shutdown mount
        umount mount
        mount "$device" mount
        echo "$type $synced: $(cat mount/name)"
        umount mount
        losetup -d "$device"
        device=
        rm image
    done
done | tee seen

diff - seen <<'SEEN' || { echo "the behaviour has changed" >&2; exit 1; }
ext4 nothing: old
ext4 fdatasync: old
ext4 fsync: new
ext4 directory: new
xfs nothing: old
xfs fdatasync: new
xfs fsync: new
xfs directory: new
SEEN
