#!/usr/bin/env bash
# Kills a node over and over under load, and checks every acknowledged write after each restart.
#
#   src/it/scripts/kill-loop.sh [--cycles N] [--seed N] [--clients N] [--pipeline N] [--max-writes N] [--dir DIR]
#
#   --cycles N      loads, each ended by SIGKILL (default 20)
#   --seed N        of what is drawn (default: the clock)
#   --clients N     connections (default 4)
#   --pipeline N    commands a batch on each (default 32)
#   --max-writes N  acknowledgements after which a kill comes at the latest (default 20000)
#   --dir DIR       where the data goes (default target); not in memory
#
# Exit code: 0 if nothing was lost, 1 if something was, 2 if it could not be run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

parent=
options=()
while (($#)); do
    case $1 in
        --dir) parent=$2; shift 2 ;;
        --cycles | --seed | --clients | --pipeline | --max-writes) options+=("$1" "$2"); shift 2 ;;
        --help | -h) usage ;;
        *) die "unknown option $1; see --help" ;;
    esac
done
require java
require_built

make_dir "$parent"
cd "$ROOT"
program KillLoop "${options[@]}" --dir "$DIR/data"
