#!/usr/bin/env bash
# Shows that the log stays small under continuous writes, at default settings.
#
#   src/it/scripts/log-bound.sh [--gigabytes GB] [--value BYTES] [--limit BYTES] [--dir DIR]
#
#   --gigabytes GB  how much to write (default 10); the disk needs twice this space
#   --value BYTES   length of a value (default 10240)
#   --limit BYTES   the peak must stay below (default 2000000000)
#   --dir DIR       where the data goes (default target); not in memory
#
# Writes 1,000 keys over and over, pipelined, while a shard that these keys avoid gets one write each 200 ms, so that it is
# never idle. Every 100 ms `du` measures all log directories together.
# Exit code: 0 if the peak stayed below the limit, 1 if not, 2 if it could not be run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

gigabytes=10
value=10240
limit=2000000000
parent=
while (($#)); do
    case $1 in
        --gigabytes) gigabytes=$2; shift 2 ;;
        --value) value=$2; shift 2 ;;
        --limit) limit=$2; shift 2 ;;
        --dir) parent=$2; shift 2 ;;
        --help | -h) usage ;;
        *) die "unknown option $1; see --help" ;;
    esac
done
require redis-cli java du

sample() {
    while :; do
        # files may go while du looks at them
        { du -c --block-size=1 -s "$DIR"/data/shard-*/log 2>/dev/null || true; } | awk '$2 == "total" { print $1 }'
        sleep 0.1
    done >>"$DIR/samples"
}

make_dir "$parent"
start_node "$DIR"
describe_fs node "$DIR/data"
sample &
STARTED_PIDS+=($!)
program LogBoundLoad --port "$NODE_PORT" --data-dir "$DIR/data" --bytes "$((gigabytes * 1000000000))" \
    --value-bytes "$value" --keys 1000 --trickle-ms 200
samples=$(wc -l <"$DIR/samples")
peak=$(sort -n "$DIR/samples" | tail -1)
echo "log directories: peak $peak bytes, last $(tail -1 "$DIR/samples") bytes, in $samples samples"
kill_node TERM
echo "exit code of the ordered stop: $NODE_EXIT"
if ((samples == 0 || peak == 0)); then
    die "no samples"
fi
if ((peak >= limit || NODE_EXIT != 0)); then
    echo "expected a peak below $limit bytes and exit code 0"
    exit 1
fi
