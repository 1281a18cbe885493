#!/usr/bin/env bash
# Shows that an idle node makes no disk calls, at default settings.
#
#   src/it/scripts/idle-trace.sh [--seconds SECONDS] [--dir DIR]
#
#   --seconds SECONDS  how long to watch (default 30, three intervals)
#   --dir DIR          where the data goes (default target); not in memory
#
# Writes 1,000 keys, lets two intervals pass, counts fsync, fdatasync and msync under strace; then one SET and two more
# intervals under strace, as proof that the trace can see.
# Exit code: 0 if it was 0 calls at first and at least 2 afterwards (the log and the checkpoint), 1 if not, 2 if it could
# not be run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

seconds=30
parent=
calls=fsync,fdatasync,msync,sync_file_range,sync,syncfs
while (($#)); do
    case $1 in
        --seconds) seconds=$2; shift 2 ;;
        --dir) parent=$2; shift 2 ;;
        --help | -h) usage ;;
        *) die "unknown option $1; see --help" ;;
    esac
done
require redis-cli redis-benchmark strace java

make_dir "$parent"
start_node "$DIR"
describe_fs node "$DIR/data"
redis-benchmark -p "$NODE_PORT" -q -t set -n 1000 -r 1000 -d 100 >/dev/null
echo "1000 SETs written; letting two intervals pass"
sleep 21

trace_start "$NODE_PID" "$calls" "$DIR/idle"
sleep "$seconds"
trace_stop
idle=$(trace_count "$DIR/idle")
echo "idle, $seconds s: $idle calls"

trace_start "$NODE_PID" "$calls" "$DIR/written"
redis-cli -p "$NODE_PORT" set a b >/dev/null
sleep 21
trace_stop
written=$(trace_count "$DIR/written")
echo "one SET and two intervals: $written calls"
cat "$DIR/written"
if ((idle != 0 || written < 2)); then
    echo "expected 0 calls while idle and at least 2 after one SET"
    exit 1
fi
