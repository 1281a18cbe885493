#!/usr/bin/env bash
# Two processes hold the exclusive lock of one file, if one of them sees it through bindfs.
#
# Versions: bindfs 1.14.7-1, libfuse2 2.9.9 (Debian 12).
# Input:    a directory with one file, and a bindfs mount of that directory with default options.
# Seen:     flock(2) and fcntl(F_SETLK) on the file are granted to one process below the mount and to another one above it
#           at the same time. The mount keeps a lock table of its own; with --enable-lock-forwarding the second is refused.
# So:       a lock file does not keep a second server off a directory that is shared by a bind of this kind (a common way to
#           change owners for a container). What must be exclusive needs a mark *in* the directory besides the lock.
#
# Needs root, /dev/fuse, apt-get with its lists, flock and python3. Exit code: 0 seen as described, 1 the behaviour has
# changed, 2 it could not be run.
set -euo pipefail
[[ $EUID == 0 && -e /dev/fuse ]] || { echo "needs root and /dev/fuse" >&2; exit 2; }
folder=$(mktemp -d)
cleanup() {
    ! mountpoint -q "$folder/view" || umount "$folder/view"
    rm -rf "$folder"
}
trap cleanup EXIT
chmod 755 "$folder"
cd "$folder"

apt-get download -qq bindfs=1.14.7-1 libfuse2 fuse 2>/dev/null || { echo "no such packages; apt-get update?" >&2; exit 2; }
for package in ./*.deb; do
    dpkg -x "$package" packages
done
export LD_LIBRARY_PATH=$folder/packages/lib/x86_64-linux-gnu:$folder/packages/usr/lib/x86_64-linux-gnu
export PATH=$folder/packages/bin:$folder/packages/usr/bin:$PATH
bindfs --version
mkdir origin view
touch origin/LOCK

# second KIND: whether a process above gets the lock that one below holds.
second() {
    case $1 in
        flock) flock -n origin/LOCK flock -n view/LOCK echo granted || echo refused ;;
        fcntl)
            python3 - <<'PY'
import fcntl, subprocess, sys
below = open("origin/LOCK", "r+")
fcntl.lockf(below, fcntl.LOCK_EX | fcntl.LOCK_NB)
other = "import fcntl; fcntl.lockf(open('view/LOCK', 'r+'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
done = subprocess.run([sys.executable, "-c", other], stderr=subprocess.DEVNULL)
print("granted" if done.returncode == 0 else "refused")
PY
            ;;
    esac
}

bindfs origin view
{ echo "flock: $(second flock)"; echo "fcntl: $(second fcntl)"; } | tee seen
umount view
bindfs --enable-lock-forwarding --multithreaded origin view
{ echo "flock, forwarded: $(second flock)"; echo "fcntl, forwarded: $(second fcntl)"; } | tee -a seen

diff - seen <<'SEEN' || { echo "the behaviour has changed" >&2; exit 1; }
flock: granted
fcntl: granted
flock, forwarded: refused
fcntl, forwarded: refused
SEEN
