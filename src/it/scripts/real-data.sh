#!/usr/bin/env bash
# Loads real files by redis-cli --pipe (key = path, value = contents), kills the node in a second pass, and compares every
# acknowledged key by SHA-256 after the restart.
#
#   src/it/scripts/real-data.sh [--root ROOT] [--dir DIR]
#
#   --root ROOT  whose regular files to load (default /usr/share/doc)
#   --dir DIR    where the data goes (default target); not in memory
#
# Exit code: 0 if everything acknowledged is there byte for byte, 1 if not, 2 if it could not be run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

root=/usr/share/doc
parent=
while (($#)); do
    case $1 in
        --root) root=$2; shift 2 ;;
        --dir) parent=$2; shift 2 ;;
        --help | -h) usage ;;
        *) die "unknown option $1; see --help" ;;
    esac
done
require redis-cli java

acknowledged() {
    (($(wc -l <"$DIR/ledger") >= third))
}

make_dir "$parent"
start_node "$DIR"
describe_fs node "$DIR/data"
files=$(find "$root" -type f | wc -l)
third=$((files / 3))
echo "$files files, $(du -sh "$root" | cut -f1)"

program DocLoader stream --root "$root" | redis-cli -p "$NODE_PORT" --pipe | tee "$DIR/pipe"
grep -q "errors: 0, replies: $files" "$DIR/pipe" || { echo "expected errors: 0, replies: $files"; exit 1; }
program DocLoader compare --root "$root" --port "$NODE_PORT"

: >"$DIR/ledger"
program DocLoader load --root "$root" --prefix second: --port "$NODE_PORT" --ledger "$DIR/ledger" &
loader=$!
STARTED_PIDS+=("$loader")
wait_until 120 "a third of the second pass" acknowledged
kill_node KILL
wait "$loader"
forget "$loader"
echo "SIGKILL after $(wc -l <"$DIR/ledger") acknowledged keys of the second pass"

start_node "$DIR"
head -1 "$DIR/node.out"
program DocLoader compare --root "$root" --port "$NODE_PORT"
program DocLoader compare --root "$root" --prefix second: --port "$NODE_PORT" --ledger "$DIR/ledger"
