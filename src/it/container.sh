#!/usr/bin/env bash
# Builds the image of docker/Dockerfile and starts it, without a container engine: buildah with chroot isolation, on a
# base made by debootstrap. Sets a key, stops the node by SIGTERM, starts it again, reads the key.
#
# Needs root, a Debian with its package archive in reach, and target/tidemark.jar (mvn package -DskipTests). Takes a few
# minutes and 2 GB of disk, all of it in one temporary directory that is removed at the end, however that comes.
#
#   src/it/container.sh                 the whole way
#   src/it/container.sh image           only builds the image and asks it for its version
set -euo pipefail

cd "$(dirname "$0")/../.."
mode=${1:-all}
password=it-$RANDOM$RANDOM
node_pid=
started=

say() { printf 'container.sh: %s\n' "$*" >&2; }
fail() { say "FAILED: $*"; exit 1; }

[[ $mode == all || $mode == image ]] || fail "unknown mode $mode; takes image, or nothing"
[[ $(id -u) == 0 ]] || fail "debootstrap and chroot need root"
[[ -f target/tidemark.jar ]] || fail "target/tidemark.jar is missing; run mvn package -DskipTests"

work=$(mktemp -d "${TMPDIR:-/var/tmp}/tidemark-container.XXXXXX")

cleanup() {
    local status=$?
    trap - EXIT INT TERM
    [[ -n $node_pid ]] && kill -KILL "$node_pid" 2>/dev/null
    [[ -n $started ]] && { kill -KILL "$started" 2>/dev/null; wait "$started" 2>/dev/null; }
    # What buildah or debootstrap left mounted would be emptied, not removed, by rm.
    awk -v dir="$work/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mounted; do
        umount -l "$mounted"
    done
    if grep -q " $work/" /proc/mounts; then
        say "something is still mounted in $work; left in place"
    else
        rm -rf --one-file-system "$work"
    fi
    exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Storage of its own: nothing of this is seen by, or left to, other users of buildah.
buildah() {
    command buildah --root "$work/storage" --runroot "$work/runroot" --storage-driver vfs "$@"
}

install_tools() {
    local missing=()
    type -P buildah >/dev/null || missing+=(buildah)
    type -P debootstrap >/dev/null || missing+=(debootstrap)
    ((${#missing[@]} == 0)) && return
    say "installing ${missing[*]}"
    apt-get update -q >"$work/apt.log" 2>&1 || true
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" >>"$work/apt.log" 2>&1 \
        || { tail -20 "$work/apt.log" >&2; fail "could not install ${missing[*]}"; }
}

make_base() {
    say "making the base: Debian bookworm with openjdk-17-jre-headless"
    debootstrap --variant=minbase --include=openjdk-17-jre-headless bookworm "$work/rootfs" \
        "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$work/debootstrap.log" 2>&1 \
        || { tail -20 "$work/debootstrap.log" >&2; fail "debootstrap"; }
    local scratch
    scratch=$(buildah from scratch)
    tar -C "$work/rootfs" --one-file-system -cf "$work/rootfs.tar" .
    rm -rf --one-file-system "$work/rootfs"
    buildah add -q "$scratch" "$work/rootfs.tar" / >/dev/null
    rm "$work/rootfs.tar"
    # Under the very name that the Dockerfile asks for, so that it is built as it is.
    buildah commit -q --rm "$scratch" "$1" >/dev/null
}

build_image() {
    say "building the image"
    buildah build -q --isolation=chroot --network=host --pull=never -f docker/Dockerfile -t localhost/tidemark:it . \
        >/dev/null
}

# The image's own command line, as an engine would run it.
image_command() {
    buildah inspect --type image \
        --format '{{range .OCIv1.Config.Entrypoint}}{{.}}{{"\n"}}{{end}}' localhost/tidemark:it
}

# The Java process among the descendants of a process; with chroot isolation they share our process table.
java_below() {
    local child
    for child in $(pgrep -P "$1"); do
        if [[ $(cat "/proc/$child/comm" 2>/dev/null) == java ]]; then
            printf '%s' "$child"
            return
        fi
        java_below "$child"
    done
}

start_node() {
    local log=$1
    buildah run --isolation=chroot --network=host --volume "$work/data:/data" \
        --env TIDEMARK_REDIS_PASSWORD="$password" --env TIDEMARK_REDIS_PORT=0 --env TIDEMARK_ADMIN_PORT=0 \
        "$container" -- "${entrypoint[@]}" run >"$log" 2>"$log.err" &
    started=$!
    for _ in $(seq 300); do
        port=$(sed -nE 's/^redis [^ ]+:([0-9]+)  ready in .*/\1/p' "$log")
        node_pid=$(java_below "$started")
        [[ -n $port && -n $node_pid ]] && return
        kill -0 "$started" 2>/dev/null || break
        sleep 0.1
    done
    cat "$log" "$log.err" >&2
    fail "the node did not become ready"
}

stop_node() {
    local status=0
    kill -TERM "$node_pid"
    wait "$started" || status=$?
    node_pid=
    started=
    ((status == 0)) || { cat "$1" "$1.err" >&2; fail "the node ended with $status after SIGTERM"; }
}

# Sends one command after AUTH, prints the last line of its reply.
ask() {
    local reply
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    send AUTH "$password"
    IFS= read -r -t 10 reply <&3 || fail "no reply to AUTH"
    [[ $reply == +OK* ]] || fail "AUTH was answered by $reply"
    send "$@"
    IFS= read -r -t 10 reply <&3 || fail "no reply to $1"
    if [[ $reply == \$[0-9]* ]]; then
        IFS= read -r -t 10 reply <&3 || fail "half a reply to $1"
    fi
    exec 3>&-
    printf '%s\n' "${reply%$'\r'}"
}

send() {
    local word
    printf '*%d\r\n' "$#" >&3
    for word in "$@"; do
        printf '$%d\r\n%s\r\n' "${#word}" "$word" >&3
    done
}

install_tools
base=$(sed -nE 's/^ARG BASE=(.+)$/\1/p' docker/Dockerfile)
make_base "$base"
build_image
mapfile -t entrypoint < <(image_command | sed '/^$/d')
container=$(buildah from --pull=never localhost/tidemark:it)
version=$(buildah run --isolation=chroot "$container" -- "${entrypoint[@]}" --version)
user=$(buildah run --isolation=chroot "$container" -- id -u)
say "the image says: $version, as user $user"
[[ $version == tidemark\ [0-9]* ]] || fail "not a version: $version"
[[ $user == 10001 ]] || fail "it runs as user $user"
if [[ $mode == image ]]; then
    say "passed (image only)"
    exit 0
fi

install -d -o 10001 -g 10001 "$work/data"
start_node "$work/first.log"
[[ $(ask SET tide mark) == +OK ]] || fail "SET"
stop_node "$work/first.log"
start_node "$work/second.log"
value=$(ask GET tide)
stop_node "$work/second.log"
[[ $value == mark ]] || fail "GET after the restart was answered by $value"
say "passed: the key is there after a stop and a start"
