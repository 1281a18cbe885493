#!/usr/bin/env bash
# Durable SETs per second: Tidemark against Redis with `appendfsync always`, on the same file system.
#
#   src/it/scripts/compare-redis.sh [-n REQUESTS] [--pairs PAIRS] [--size BYTES] [--dir DIR]
#
#   -n REQUESTS    SETs a run at 16 in flight per connection (default 1000000); a quarter of it at 1
#   --pairs PAIRS  pairs of runs, order alternating (default 5)
#   --size BYTES   length of a value (default 128)
#   --dir DIR      where both put their data (default target); not in memory
#
# First an untimed round under strace shows that both do sync. Then each pair and its ratio (Tidemark / Redis), and the
# median of the ratios, for 50 connections with 16 commands in flight, and the same with 1 for information.
# Exit code: 0 if the median at 16 is at least 1.0, 1 if it is not, 2 if it could not be measured.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

requests=1000000
pairs=5
size=128
parent=
while (($#)); do
    case $1 in
        -n) requests=$2; shift 2 ;;
        --pairs) pairs=$2; shift 2 ;;
        --size) size=$2; shift 2 ;;
        --dir) parent=$2; shift 2 ;;
        --help | -h) usage ;;
        *) die "unknown option $1; see --help" ;;
    esac
done
require redis-server redis-cli redis-benchmark strace java

# rate PORT PIPELINE REQUESTS: SETs per second; any error is the end.
rate() {
    local csv
    csv=$(redis-benchmark -p "$1" -t set -c 50 -P "$2" -d "$size" -r 100000 -n "$3" --csv 2>&1) ||
        die "redis-benchmark on port $1: $csv"
    if grep -qi 'error' <<<"$csv"; then
        die "redis-benchmark on port $1: $csv"
    fi
    awk -F'"' '$2 == "SET" { print $4 }' <<<"$csv"
}

# traced NAME PID PORT: an untimed round under strace; must see syncs.
traced() {
    trace_start "$2" fsync,fdatasync "$DIR/$1.strace"
    rate "$3" 16 20000 >/dev/null
    trace_stop
    local calls
    calls=$(trace_count "$DIR/$1.strace")
    echo "$1: $calls syncs for 20000 SETs, 50 connections, 16 in flight (under strace)"
    ((calls > 0)) || die "$1 does not sync: nothing to compare"
}

# measure PIPELINE REQUESTS: prints the pairs; the median ratio is in MEDIAN.
measure() {
    local pipeline=$1 count=$2 i node redis ratio ratios=()
    echo
    echo "50 connections, $pipeline in flight, $size bytes, $count SETs a run"
    printf '%6s %14s %14s %8s\n' pair tidemark/s redis/s ratio
    for ((i = 1; i <= pairs; i++)); do
        if ((i % 2)); then
            node=$(rate "$NODE_PORT" "$pipeline" "$count")
            redis=$(rate "$REDIS_PORT" "$pipeline" "$count")
        else
            redis=$(rate "$REDIS_PORT" "$pipeline" "$count")
            node=$(rate "$NODE_PORT" "$pipeline" "$count")
        fi
        ratio=$(awk -v a="$node" -v b="$redis" 'BEGIN { printf "%.3f", a / b }')
        ratios+=("$ratio")
        printf '%6d %14.0f %14.0f %8s\n' "$i" "$node" "$redis" "$ratio"
    done
    MEDIAN=$(printf '%s\n' "${ratios[@]}" | median)
    echo "median ratio at $pipeline in flight: $MEDIAN"
}

make_dir "$parent"
start_redis "$DIR/redis"
start_node "$DIR/tidemark"
describe_fs tidemark "$DIR/tidemark/data"
describe_fs redis "$DIR/redis"
[[ $(stat -c %d "$DIR/tidemark/data") == "$(stat -c %d "$DIR/redis")" ]] || die "two file systems"
echo "$(redis-server --version | cut -d' ' -f1-3); $(java -version 2>&1 | sed -n 2p); $(nproc) processors"

traced tidemark "$NODE_PID" "$NODE_PORT"
traced redis "$REDIS_PID" "$REDIS_PORT"
rate "$NODE_PORT" 16 "$((requests / 4))" >/dev/null # warm, untimed
rate "$REDIS_PORT" 16 "$((requests / 4))" >/dev/null

measure 16 "$requests"
deciding=$MEDIAN
measure 1 "$((requests / 4))"
echo
if awk -v m="$deciding" 'BEGIN { exit !(m >= 1.0) }'; then
    echo "at 16 in flight Tidemark is at least as fast as Redis: $deciding"
else
    echo "at 16 in flight Tidemark is slower than Redis: $deciding"
    exit 1
fi
