#!/usr/bin/env bash
# What a checkpoint costs the clients that write meanwhile: with paced write-back, without, and without a checkpoint.
#
#   src/it/scripts/pacing.sh [--generations N] [--bytes BYTES] [--value BYTES] [--step SIZE] [--rate N] [--dir DIR]
#
#   --generations N  of each way, in turn (default 20)
#   --bytes BYTES    unsynced bytes at which a generation is asked for (default 256000000)
#   --value BYTES    length of a value (default 4096)
#   --step SIZE      checkpoint.pacing_bytes of the paced node (default: the node's)
#   --rate N         SETs per second; 0 (default) for half of the most that is measured first
#   --connections N  of the client (default 16)
#   --shards N       of each node (default 1)
#   --dir DIR        where the data goes (default target); not in memory; needs space for about 4 * N * BYTES
#
# An open-loop client: a SET's time counts from when it was due. Only SETs due between SAVE and its answer count. Prints
# p50, p99 and the largest of each way, and p99 paced / p99 unpaced. Generations run only when asked for.
# Exit code: 0 if p99 paced is at most a fifth of p99 unpaced, 1 if not, 2 if it could not be measured.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

generations=20
bytes=256000000
value=4096
step=
rate=0
connections=16
shards=1
parent=
while (($#)); do
    case $1 in
        --generations) generations=$2; shift 2 ;;
        --bytes) bytes=$2; shift 2 ;;
        --value) value=$2; shift 2 ;;
        --step) step=$2; shift 2 ;;
        --rate) rate=$2; shift 2 ;;
        --connections) connections=$2; shift 2 ;;
        --shards) shards=$2; shift 2 ;;
        --dir) parent=$2; shift 2 ;;
        --help | -h) usage ;;
        *) die "unknown option $1; see --help" ;;
    esac
done
require java redis-cli

make_dir "$parent"
asked_only=(--set checkpoint.interval_ms=86400000 --set checkpoint.max_delay_ms=86400000
    --set checkpoint.max_dirty_bytes=1024GiB --set "shards=$shards")
start_node "$DIR/unpaced" "${asked_only[@]}" --set checkpoint.pacing_bytes=0
unpaced_port=$NODE_PORT
start_node "$DIR/paced" "${asked_only[@]}" ${step:+--set "checkpoint.pacing_bytes=$step"}
paced_port=$NODE_PORT
describe_fs data "$DIR"
echo "$(java -version 2>&1 | sed -n 2p); $(nproc) processors; paced in steps of $(redis-cli -p "$paced_port" \
    config get checkpoint.pacing_bytes | tail -1)"

program PacingBenchmark --paced-port "$paced_port" --unpaced-port "$unpaced_port" --generations "$generations" \
    --bytes "$bytes" --value-bytes "$value" --rate "$rate" --connections "$connections" | tee "$DIR/report"
echo "live mappings of data files in the paced node: $(grep -c '\.data$' "/proc/$NODE_PID/maps" || true)"
ratio=$(sed -n 's|^p99 paced / unpaced: ||p' "$DIR/report")
if awk -v r="$ratio" 'BEGIN { exit !(r > 0 && r <= 0.2) }'; then
    echo "at most a fifth"
else
    echo "more than a fifth"
    exit 1
fi
