#!/usr/bin/env bash
# Shows that the library is usable by its jar alone, by two Maven projects made outside this tree.
#
#   src/it/scripts/library-project.sh [--only plain|bound]
#
# plain: its POM names the installed io.tidemark:tidemark and nothing else. It deploys two shards of two stores, syncs over
#        the bus, hears a pressure event, reconfigures and undeploys; `dependency:tree` must show what a project that names
#        vertx-core and slf4j-api has, and tidemark.
# bound: with vertx-config, vertx-config-yaml and vertx-micrometer-metrics; it follows a file and shows meters.
#
# This project is installed into a local repository of its own, made of links to yours and removed in the end. MVN_FLAGS
# (e.g. -o) goes to Maven.
# Exit code: 0 if all went well, 1 if not, 2 if it could not be run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

only=
while (($#)); do
    case $1 in
        --only) only=$2; shift 2 ;;
        --help | -h) usage ;;
        *) die "unknown option $1; see --help" ;;
    esac
done
require mvn java
read -ra flags <<<"${MVN_FLAGS:-}"

OUTSIDE=$(mktemp -d -t tidemark-library-XXXXXX)
MADE_DIRS+=("$OUTSIDE")
repository=$OUTSIDE/repository
maven() { mvn -q -B -ntp "${flags[@]}" -Dmaven.repo.local="$repository" "$@"; }

yours=$(cd "$OUTSIDE" && mvn -q -B help:evaluate -Dexpression=settings.localRepository -DforceStdout 2>/dev/null || true)
[[ -d $yours ]] || yours=$HOME/.m2/repository
mkdir "$repository"
if [[ -d $yours ]]; then
    cp -rs "$yours/." "$repository"
    rm -rf "$repository/io/tidemark"
fi

maven -f "$ROOT/pom.xml" -DskipTests install || die "it could not be installed"
property() { sed -n "s/.*<$1>\(.*\)<\/$1>.*/\1/p" "$ROOT/pom.xml" | head -1; }
tidemark=$(property version) vertx=$(property vertx.version) slf4j=$(property slf4j.version)
echo "installed io.tidemark:tidemark:$tidemark"

# make_project NAME: a copy outside the tree.
make_project() {
    cp -r "$ROOT/src/it/library-project/$1" "$OUTSIDE/$1"
    sed -i "s/@TIDEMARK@/$tidemark/; s/@VERTX@/$vertx/" "$OUTSIDE/$1/pom.xml"
}

# tree POM: its dependencies, one a line, sorted, as group:artifact:jar:version:scope.
tree() {
    maven -f "$1" dependency:tree -DoutputFile="$1.tree" >/dev/null
    tail -n +2 "$1.tree" | sed 's/^[^a-zA-Z]*//' | sort
}

# run_project NAME MAIN: compiles it and runs it by itself.
run_project() {
    local pom=$OUTSIDE/$1/pom.xml
    maven -f "$pom" compile dependency:build-classpath -Dmdep.outputFile="$OUTSIDE/$1.classpath" || return 1
    mkdir "$OUTSIDE/$1/data"
    java -cp "$OUTSIDE/$1/target/classes:$(cat "$OUTSIDE/$1.classpath")" "$2" "$OUTSIDE/$1/data"
}

status=0
if [[ $only != bound ]]; then
    make_project plain
    mkdir "$OUTSIDE/reference"
    sed "/<dependencies>/,/<\/dependencies>/d; s/>plain</>reference</" "$OUTSIDE/plain/pom.xml" |
        sed "s|</project>|<dependencies><dependency><groupId>io.vertx</groupId><artifactId>vertx-core</artifactId><version>$vertx</version></dependency><dependency><groupId>org.slf4j</groupId><artifactId>slf4j-api</artifactId><version>$slf4j</version></dependency></dependencies></project>|" \
            >"$OUTSIDE/reference/pom.xml"
    tree "$OUTSIDE/plain/pom.xml" >"$OUTSIDE/has"
    { tree "$OUTSIDE/reference/pom.xml"; echo "io.tidemark:tidemark:jar:$tidemark:compile"; } | sort >"$OUTSIDE/should"
    sed 's/^/  /' "$OUTSIDE/has"
    if diff "$OUTSIDE/should" "$OUTSIDE/has"; then
        echo "plain: $(wc -l <"$OUTSIDE/has") artifacts: vertx-core, what that brings, slf4j-api and tidemark"
    else
        echo "plain: expected vertx-core, what that brings, slf4j-api and tidemark, nothing else (< missing, > too much)"
        status=1
    fi
    run_project plain shop.Shop || status=1
fi
if [[ $only != plain ]]; then
    make_project bound
    cp "$ROOT/src/it/library-project/plain/src/main/java/shop/"{Shelf,Steps}.java "$OUTSIDE/bound/src/main/java/shop/"
    run_project bound shop.BoundShop || status=1
fi
exit "$status"
