#!/usr/bin/env bash
# Shows that the build is reproducible: the same commit gives the same bytes, wherever and whenever it is built.
#
#   src/it/scripts/reproducible-build.sh [--commit COMMIT] [--release]
#
# Two clones of the commit (default: HEAD; what is not committed is left out) are built with `mvn -DskipTests package` in two
# directories whose paths differ in length. The second clone has other file times, another umask, time zone, locale and
# user name, and is built twice, the second time over what the first left, after `touch`. All jars must be equal byte by
# byte. --release builds with `-Prelease`: the jars of sources and Javadoc, the bill of materials and the checksums are
# compared as well; these jars take the modes of files from the tree, so the other umask is then one that differs for the group
# only.
#
# MVN_FLAGS (e.g. -o) goes to Maven.
# Exit code: 0 if all files are equal, 1 if not, 2 if it could not be run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

commit=HEAD
profile=()
mask=077
while (($#)); do
    case $1 in
        --commit) commit=$2; shift 2 ;;
        --release) profile=(-Prelease); mask=002; shift ;;
        --help | -h) usage ;;
        *) die "unknown option $1; see --help" ;;
    esac
done
require git mvn sha256sum
read -ra flags <<<"${MVN_FLAGS:-}"
commit=$(git -C "$ROOT" rev-parse --verify "$commit^{commit}") || die "no such commit"

BASE=$(mktemp -d -t tidemark-repro-XXXXXX)
MADE_DIRS+=("$BASE")
short=$BASE/a
long=$BASE/a-directory/with-a/much-longer/path-than-the-other/tidemark

# clone DIR
clone() {
    mkdir -p "$(dirname "$1")"
    git clone -q --no-checkout "$ROOT" "$1"
    git -C "$1" -c advice.detachedHead=false checkout -q "$commit"
}

# build DIR [ENVIRONMENT...]
build() {
    local dir=$1
    shift
    (cd "$dir" && env "$@" mvn -q -B -ntp "${flags[@]}" "${profile[@]}" -DskipTests package) || die "the build in $dir failed"
}

# sums DIR: what is handed out, one file a line.
sums() {
    (cd "$1/target" && find . -maxdepth 1 -type f \( -name '*.jar' -o -name '*.json' -o -name '*.xml' -o -name '*.sha*' \) \
        -printf '%P\n' | sort | xargs sha256sum)
}

clone "$short"
build "$short"
sums "$short" >"$BASE/first"
[[ $(wc -l <"$BASE/first") -ge 3 ]] || die "expected three jars or more, found: $(cat "$BASE/first")"

clone "$long"
find "$long" -type f -not -path '*/.git/*' -exec touch -d '2001-02-03 04:05:06' {} +
(
    umask "$mask"
    build "$long" TZ=Pacific/Auckland LC_ALL=C.UTF-8 USER=somebody
)
sums "$long" >"$BASE/second"
find "$long" -type f -not -path '*/.git/*' -exec touch {} +
build "$long"
sums "$long" >"$BASE/third"

cat "$BASE/first"
status=0
diff "$BASE/first" "$BASE/second" || { echo "the clone in $long differs" >&2; status=1; }
diff "$BASE/first" "$BASE/third" || { echo "a second build after touch differs" >&2; status=1; }
((status)) || echo "three builds of ${commit:0:12}: all files equal"
exit "$status"
