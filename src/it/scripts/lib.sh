# Common parts of the scripts beside this file; sourced, not run.
#
# The sourcing script gets: ROOT, JAR, CLASSES; `require PROGRAM...`; `make_dir` (a temporary directory on a real file
# system, in $DIR); `start_node DIR [--set KEY=VALUE]...` (sets NODE_PID and NODE_PORT); `start_redis DIR` (sets REDIS_PID
# and REDIS_PORT); `kill_node SIGNAL`; `trace_start PID CALLS FILE`, `trace_stop`, `trace_count FILE`; `program CLASS ARGUMENT...`.
# On exit, however it comes, what was started is killed and what was made is removed.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
JAR=${TIDEMARK_JAR:-$ROOT/target/tidemark.jar}
CLASSES=$ROOT/target/test-classes
NODE_JAVA_OPTS=${NODE_JAVA_OPTS:-}
export LC_ALL=C

STARTED_PIDS=()
MADE_DIRS=()
TRACE_PID=

cleanup() {
    local status=$?
    trap - EXIT INT TERM
    local pid dir
    for pid in "${STARTED_PIDS[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    for dir in "${MADE_DIRS[@]}"; do
        rm -rf "$dir"
    done
    exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

die() {
    echo "$(basename "$0"): $*" >&2
    exit 2
}

# forget PID: it has ended and been waited for; its id may belong to another process by now.
forget() {
    local pid left=()
    for pid in "${STARTED_PIDS[@]}"; do
        [[ $pid == "$1" ]] || left+=("$pid")
    done
    STARTED_PIDS=("${left[@]}")
}

# Prints the comment at the head of the calling script.
usage() {
    sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
    exit 0
}

require() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null || die "$program is not installed"
    done
}

require_built() {
    [[ -f $JAR ]] || die "$JAR is missing: run \`mvn package\` first"
}

# Runs a program of src/it/java.
program() {
    [[ -d $CLASSES/io/tidemark/it ]] || die "$CLASSES is empty: run \`mvn test-compile\` first"
    local class=$1
    shift
    java -cp "$CLASSES:$JAR" "io.tidemark.it.$class" "$@"
}

# Makes a temporary directory below $1 (default: target), in DIR; refuses one in memory.
make_dir() {
    local parent=${1:-$ROOT/target}
    mkdir -p "$parent"
    local type
    type=$(stat -f -c %T "$parent")
    case $type in
        tmpfs | ramfs) die "$parent is on $type, where a sync costs nothing; name a directory on a disk" ;;
    esac
    DIR=$(mktemp -d "$parent/it-XXXXXX")
    MADE_DIRS+=("$DIR")
}

# Says on which file system a directory is.
describe_fs() {
    printf '%-10s %s: %s' "$1" "$2" "$(stat -f -c %T "$2")"
    if command -v findmnt >/dev/null; then
        printf ', %s' "$(findmnt -n -o SOURCE,FSTYPE,OPTIONS --target "$2" | tr -s ' ')"
    fi
    echo
}

free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
}

# wait_until SECONDS WHAT COMMAND...: tries COMMAND every 50 ms.
wait_until() {
    local tries=$(($1 * 20)) what=$2
    shift 2
    until "$@"; do
        ((tries-- > 0)) || die "gave up waiting for $what"
        sleep 0.05
    done
}

ping() {
    [[ $(redis-cli -p "$1" ping 2>/dev/null) == PONG ]]
}

# start_node DIR [OPTION...]: a node on DIR/data with its output in DIR/node.out. With NODE_COMMAND in the environment
# that command is run instead, {port} and {dir} replaced, to try the script itself on another server.
start_node() {
    local dir=$1
    shift
    mkdir -p "$dir/data"
    if [[ -n ${NODE_COMMAND:-} ]]; then
        NODE_PORT=$(free_port)
        local command=${NODE_COMMAND//\{port\}/$NODE_PORT}
        # shellcheck disable=SC2086
        ${command//\{dir\}/$dir/data} >"$dir/node.out" 2>&1 &
        NODE_PID=$!
        STARTED_PIDS+=("$NODE_PID")
        wait_until 20 "the server in place of the node" ping "$NODE_PORT"
        return
    fi
    require_built
    # shellcheck disable=SC2086
    java $NODE_JAVA_OPTS -jar "$JAR" run --set "data_dir=$dir/data" --set redis.port=0 --set admin.port=0 "$@" >"$dir/node.out" 2>&1 &
    NODE_PID=$!
    STARTED_PIDS+=("$NODE_PID")
    wait_until 60 "the node's ready line" node_ready_or_dead "$dir/node.out"
    NODE_PORT=$(sed -n 's/^redis [^ ]*:\([0-9]*\) .*ready in.*/\1/p' "$dir/node.out")
    if [[ -z $NODE_PORT ]]; then
        cat "$dir/node.out" >&2
        die "the node did not start"
    fi
}

node_ready_or_dead() {
    grep -q '^redis .*ready in' "$1" || ! kill -0 "$NODE_PID" 2>/dev/null
}

# kill_node SIGNAL: sends it and waits; the exit code is in NODE_EXIT.
kill_node() {
    kill "-$1" "$NODE_PID"
    NODE_EXIT=0
    wait "$NODE_PID" 2>/dev/null || NODE_EXIT=$?
    forget "$NODE_PID"
}

# A Redis on DIR that syncs before each answer. Rewrites of its file are off: they would only slow it.
start_redis() {
    local dir=$1
    mkdir -p "$dir"
    REDIS_PORT=$(free_port)
    redis-server --port "$REDIS_PORT" --bind 127.0.0.1 --dir "$dir" --save "" --appendonly yes --appendfsync always \
        --auto-aof-rewrite-percentage 0 --daemonize no >"$dir/redis.out" 2>&1 &
    REDIS_PID=$!
    STARTED_PIDS+=("$REDIS_PID")
    wait_until 20 "Redis" ping "$REDIS_PORT"
}

# trace_start PID CALLS FILE: attaches `strace -f -c` for these calls; the summary goes to FILE.
trace_start() {
    local said=$3.said
    strace -f -c -e "trace=$2" -o "$3" -p "$1" >"$said" 2>&1 &
    TRACE_PID=$!
    STARTED_PIDS+=("$TRACE_PID")
    wait_until 20 "strace to attach to $1" attached_or_dead "$said"
    grep -q ' attached' "$said" || die "strace -p $1: $(cat "$said")"
}

attached_or_dead() {
    grep -q ' attached' "$1" || ! kill -0 "$TRACE_PID" 2>/dev/null
}

trace_stop() {
    kill -TERM "$TRACE_PID" # it detaches
    wait "$TRACE_PID" 2>/dev/null || true
    forget "$TRACE_PID"
}

# Sum of the calls in a summary.
trace_count() {
    awk '$NF == "total" { next } $4 ~ /^[0-9]+$/ { calls += $4 } END { print calls + 0 }' "$1"
}

# Median of the numbers on standard input, one a line.
median() {
    sort -g | awk '{ v[NR] = $1 } END { if (NR % 2) print v[(NR + 1) / 2]; else print (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}
