#!/usr/bin/env bash
# Runs the stock redis-benchmark against a node of its own: SET, GET, INCR, MSET with 50 connections, at 16 and at 1
# command in flight, values of 128 and 1,024 bytes.
#
#   src/it/scripts/redis-benchmark.sh [-n REQUESTS] [--dir DIR]
#
#   -n REQUESTS  requests a test (default 200000)
#   --dir DIR    where the data goes (default target); not in memory
#
# Exit code: 0 if every request was answered without an error and the node then stopped in order, 1 if not, 2 if it could
# not be run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

requests=200000
parent=
while (($#)); do
    case $1 in
        -n) requests=$2; shift 2 ;;
        --dir) parent=$2; shift 2 ;;
        --help | -h) usage ;;
        *) die "unknown option $1; see --help" ;;
    esac
done
require redis-cli redis-benchmark java

failed=0

# run PIPELINE BYTES REQUESTS
run() {
    echo
    echo "-c 50 -P $1 -d $2 -n $3"
    local output
    if ! output=$(redis-benchmark -p "$NODE_PORT" -t set,get,incr,mset -n "$3" -c 50 -P "$1" -d "$2" -r 100000 --csv 2>&1); then
        failed=1
    fi
    echo "$output"
    # CONFIG GET, which it asks first, may be unknown: a warning, not an error of the load
    if grep -i 'error' <<<"$output" | grep -qvi 'CONFIG'; then
        failed=1
    fi
    if (($(grep -c '^"\(SET\|GET\|INCR\|MSET\)' <<<"$output") != 4)); then
        echo "expected 4 results" >&2
        failed=1
    fi
}

make_dir "$parent"
start_node "$DIR"
describe_fs node "$DIR/data"
run 16 128 "$requests"
run 16 1024 "$requests"
run 1 128 "$requests"
run 1 1024 "$requests"
kill_node TERM
echo
if ((NODE_EXIT != 0)); then
    cat "$DIR/node.out"
    echo "the node's exit code was $NODE_EXIT, expected 0"
    exit 1
fi
if ((failed)); then
    echo "there were errors"
    exit 1
fi
echo "no errors"
