#!/usr/bin/env bash
# Runs the library's tests against the oldest and the newest Vert.x 5 that resolve.
#
#   src/it/scripts/vertx-matrix.sh [--list] [VERSION...]
#
# Without versions: Maven is asked for the range [5.0.0,6), by which it stores the list of all versions; candidates and
# milestones are left out, and of the rest the lowest and the highest that resolve with all dependencies of this project are
# taken. --list prints these two and ends. Tests are those of the packages checkpoint, files, pressure, reload and metrics,
# run in a copy of the tree, so target/ stays as it is.
#
# MVN_FLAGS (e.g. -o) goes to Maven.
# Exit code: 0 if the tests pass with each version, 1 if not, 2 if it could not be run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

list=
versions=()
while (($#)); do
    case $1 in
        --list) list=yes; shift ;;
        --help | -h) usage ;;
        -*) die "unknown option $1; see --help" ;;
        *) versions+=("$1"); shift ;;
    esac
done
require mvn git tar
read -ra flags <<<"${MVN_FLAGS:-}"

COPY=$(mktemp -d -t tidemark-matrix-XXXXXX)
MADE_DIRS+=("$COPY")
mkdir "$COPY/tree"
git -C "$ROOT" ls-files -z --cached --others --exclude-standard |
    (cd "$ROOT" && while IFS= read -r -d '' file; do if [[ -e $file ]]; then printf '%s\0' "$file"; fi; done) |
    tar -C "$ROOT" --null -T - -cf - | tar -C "$COPY/tree" -xf -
maven() { mvn -q -B -ntp "${flags[@]}" -f "$COPY/tree/pom.xml" -P '!checks' "$@"; }

# Prints the released versions that Maven knows, lowest first.
known() {
    cat >"$COPY/pom.xml" <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>none</groupId><artifactId>range</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>io.vertx</groupId><artifactId>vertx-core</artifactId><version>[5.0.0,6)</version></dependency>
  </dependencies>
</project>
POM
    mvn -q -B -ntp -U "${flags[@]}" -f "$COPY/pom.xml" dependency:list >"$COPY/range.log" 2>&1 || true
    local repository
    repository=$(maven help:evaluate -Dexpression=settings.localRepository -DforceStdout | sed 's/\x1b\[[0-9;]*m//g')
    sed -n 's:.*<version>\(5\.[0-9]*\.[0-9]*\)</version>.*:\1:p' "$repository"/io/vertx/vertx-core/maven-metadata*.xml |
        sort -V -u
}

resolves() {
    maven -Dvertx.version="$1" dependency:resolve >"$COPY/resolve.log" 2>&1
}

if ((${#versions[@]} == 0)); then
    mapfile -t all < <(known)
    ((${#all[@]})) || die "Maven knows no version of io.vertx:vertx-core in [5.0.0,6): $(tail -3 "$COPY/range.log")"
    oldest='' newest=''
    for each in "${all[@]}"; do
        if resolves "$each"; then oldest=$each; break; fi
        echo "$each does not resolve"
    done
    for ((i = ${#all[@]} - 1; i >= 0; i--)); do
        if resolves "${all[i]}"; then newest=${all[i]}; break; fi
        echo "${all[i]} does not resolve"
    done
    [[ $oldest ]] || die "none of ${all[*]} resolves: $(tail -3 "$COPY/resolve.log")"
    versions=("$oldest")
    [[ $newest == "$oldest" ]] || versions+=("$newest")
fi
echo "Vert.x ${versions[*]}"
[[ -z $list ]] || exit 0

tests=
for package in checkpoint files pressure reload metrics; do
    tests+="io/tidemark/$package/*Test,"
done
status=0
for version in "${versions[@]}"; do
    rm -rf "$COPY/tree/target"
    if maven -Dvertx.version="$version" -Dtest="${tests%,}" test >"$COPY/$version.log" 2>&1; then
        count=$(sed -n 's/.*<testsuite .* tests="\([0-9]*\)".*/\1/p' "$COPY"/tree/target/surefire-reports/TEST-*.xml |
            awk '{ sum += $1 } END { print sum + 0 }')
        ((count)) || die "no test ran with Vert.x $version"
        echo "Vert.x $version: $count tests passed"
    else
        echo "Vert.x $version: failed" >&2
        grep -E '^\[ERROR\]' "$COPY/$version.log" | head -40 >&2
        status=1
    fi
done
exit "$status"
