#!/usr/bin/env bash
# Runs a node whose disks are in trouble all the time, and checks every answer its clients get.
#
#   src/it/scripts/fault-soak.sh [--seconds N] [--seed N]
#
#   --seconds N  how long (default 600), a minute each on fresh disks
#   --seed N     of the first minute; the next ones count on (default: the clock)
#
# Needs root, loop devices, and gcc. Exit code: 0 if nothing was wrong, 1 if something was, 2 if it could not be run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

options=()
while (($#)); do
    case $1 in
        --seconds | --seed) options+=("$1" "$2"); shift 2 ;;
        --help | -h) usage ;;
        *) die "unknown option $1; see --help" ;;
    esac
done
require java gcc fsfreeze losetup
require_built

cd "$ROOT"
program FaultSoak "${options[@]}"
