#!/usr/bin/env bash
# Cuts the power of a node's file system over and over under load, and checks files, durable indexes, replay and every
# acknowledged write after each cut.
#
#   src/it/scripts/power-cuts.sh [--fs ext4|xfs] [--cuts N] [--seed N] [--cuts-per-disk N]
#
#   --fs ext4|xfs  file system (default ext4), on a loop device over an image in memory
#   --cuts N       how many (default 5000); each 20 on file systems of their own, two such at a time
#   --seed N       of the first 20 (default: the clock), those after it have the seeds after it
#   --cuts-per-disk N  in place of 20; as many as --cuts for the one seed alone
#
# Needs root, loop devices and gcc. What was wrong is printed with the command that repeats it; the images are then kept
# in target/power-cuts.
# Exit code: 0 if nothing was lost, 1 if something was, 2 if it could not be run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

fs=ext4
options=()
while (($#)); do
    case $1 in
        --fs) fs=$2; shift 2 ;;
        --cuts | --seed | --cuts-per-disk) options+=("$1" "$2"); shift 2 ;;
        --help | -h) usage ;;
        *) die "unknown option $1; see --help" ;;
    esac
done
[[ $fs == ext4 || $fs == xfs ]] || die "--fs $fs: expected ext4 or xfs"
require java gcc losetup mount umount xfs_io "mkfs.$fs"
[[ $(id -u) == 0 ]] || die "needs root: it makes loop devices and mounts them"
require_built

cd "$ROOT"
program PowerCuts --fs "$fs" "${options[@]}"
