#!/usr/bin/env bash
# Plants each fault of faults.tsv (or the named ones) in a clean checkout of HEAD and demands that its test fails with
# the assertion text of its line (or one of several, between "||"). Another failure or none at all is NOT CAUGHT; what the
# test said is then printed. Before the first, all of them are compiled.
#
#   src/it/planted/run.sh [PATCH...]      PATCH as in faults.tsv, with or without .patch
#
# Patches and table come from this folder as it is, code and tests from HEAD: commit the test first. Everything is compiled
# once, and of each fault the files that it changes. FAULT_RUNS (default: 1) runs each so many times: for a new one 10, since
# a test with a race or a seed in it may find a fault in most runs only.
# First the tests must pass without a fault; FAULT_BASELINE=it leaves the unit tests out, for where they have just passed at
# HEAD. Those that cut the power run in any case: here the node comes from classes, not from the jar.
# MVN (default: mvn), MVN_FLAGS (e.g. -o) and FAULT_TIMEOUT_S (default: 400) change how Maven is called. Tests that cut the
# power get FAULT_CUTS cuts (default: 250) to find a fault, and say after how many they did.
# Exit code: 0 all caught, 1 some not (or not to be compiled), 2 the tests fail already without a fault, or wrong use.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../../.."
repository=$(git rev-parse --show-toplevel) || exit 2
prefix=$(git rev-parse --show-prefix)
temporary=$(mktemp -d)
tree=$temporary/tree
project=$tree/$prefix
log=$temporary/maven.log

cleanup() {
    git -C "$repository" worktree remove --force "$tree" >/dev/null 2>&1
    rm -rf "$temporary"
    git -C "$repository" worktree prune
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# maven ARGUMENT...: in the checkout, without the static checks: a planted fault need not be well formatted.
maven() {
    # shellcheck disable=SC2086  # both may be several words
    (cd "$project" && timeout "${FAULT_TIMEOUT_S:-400}" ${MVN:-mvn} -q -B ${MVN_FLAGS:-} -P '!checks' "$@") >"$log" 2>&1
}

# one_test TEST CUTS: over the classes that are there. Maven takes longer to start than most of them take.
one_test() {
    rm -f "$project/.jqwik-database" # what it found the last time would be tried first
    (cd "$project" && timeout "${FAULT_TIMEOUT_S:-400}" java -Xmx2g -XX:+UseParallelGC -cp "$classpath" \
        -Dtidemark.jar=classes -Dtidemark.basedir="$project" -Dtidemark.it.cuts="$2" -Dtidemark.it.log_cuts="$2" \
        io.tidemark.it.OneTest "$1") >"$log" 2>&1
}

# plant PATCH: what it changes, compiled over the classes as they were without any, in a folder of its own.
plant() {
    git -C "$tree" checkout --quiet -- . && git -C "$tree" clean --quiet -fd
    (cd "$project" && git apply "$here/$1") || return
    local changed
    mapfile -t changed < <(cd "$project" && git diff --name-only --relative -- src/main/java)
    ((${#changed[@]} > 0)) || { echo "it changes nothing in src/main/java"; return 1; }
    (cd "$project" && javac --release 17 -proc:none -nowarn -cp "$classpath" -d "$temporary/planted/$1" "${changed[@]}")
}

# put_classes FOLDER...: the project's classes, those of a later folder over those of an earlier one.
put_classes() {
    rm -rf "$project/target/classes"
    local folder
    for folder; do
        cp -a "$folder/." "$project/target/classes" || return
    done
}

patches=() tests=() texts=()
while IFS=$'\t' read -r patch test text fault || [[ -n $patch ]]; do
    [[ -z $patch || $patch == \#* ]] && continue
    if [[ -z $test || -z $text || -z $fault ]]; then
        echo "faults.tsv: the line of $patch has not four fields: patch, test, assertion text, fault" >&2
        exit 2
    fi
    if (($# > 0)) && [[ " $* " != *" $patch "* && " $* " != *" ${patch%.patch} "* ]]; then
        continue
    fi
    patches+=("$patch") tests+=("$test") texts+=("$text")
done <"$here/faults.tsv"
if ((${#patches[@]} == 0 || (($# > 0 && ${#patches[@]} < $#)))); then
    echo "no such fault among: $*; faults.tsv lists: $(grep -v '^#' "$here/faults.tsv" | cut -f1 | tr '\n' ' ')" >&2
    exit 2
fi

git -C "$repository" worktree add --quiet --detach "$tree" HEAD || exit 2

sound=("${tests[@]}")
[[ ${FAULT_BASELINE:-} != it ]] || mapfile -t sound < <(printf '%s\n' "${tests[@]}" | grep -F .it.)
maven test-compile && if ((${#sound[@]} > 0)); then
    maven surefire:test@default-test -Dtest="$(printf '%s\n' "${sound[@]}" | sort -u | paste -sd,)" \
        -Dtidemark.jar=classes -Dtidemark.it.cuts=10 -Dtidemark.it.log_cuts=10
fi || {
    cat "$log" >&2
    echo "it does not compile, or the tests fail without any fault; nothing was planted" >&2
    exit 2
}
cp -a "$project/target/classes" "$temporary/classes"
maven org.codehaus.mojo:exec-maven-plugin:3.5.1:exec -Dexec.executable=echo -Dexec.args=%classpath -Dexec.classpathScope=test
classpath=$(grep -m1 -o '/.*target/classes.*' "$log") || { cat "$log" >&2; exit 2; }

# A patch that the code has left behind shows before the first test.
stale=0
for patch in $(printf '%s\n' "${patches[@]}" | sort -u); do
    plant "$patch" >"$log" 2>&1 && continue
    stale=1
    echo "$patch does not apply, or what it makes does not compile:" >&2
    head -c 2000 "$log" >&2
done
((stale == 0)) || exit 1

missed=0
echo "fault | test | seed | seconds | caught"
for i in "${!patches[@]}"; do
    patch=${patches[i]} test=${tests[i]} text=${texts[i]}
    put_classes "$temporary/classes" "$temporary/planted/$patch" || exit 2
    for ((run = 0; run < ${FAULT_RUNS:-1}; run++)); do
        started=$SECONDS
        one_test "$test" "${FAULT_CUTS:-250}"
        case $? in
            0) verdict="NOT CAUGHT (the test passed)" ;;
            1)
                if grep -qF -- "${text//||/$'\n'}" "$log"; then
                    verdict=$(grep -oE 'caught after [0-9]+ cuts' "$log" | tail -1)
                    verdict=${verdict:-caught}
                else
                    verdict="NOT CAUGHT (it failed without saying: $text)"
                fi
                ;;
            124) verdict="NOT CAUGHT (no end within ${FAULT_TIMEOUT_S:-400} s)" ;;
            *) verdict="NOT CAUGHT (it could not be run: $(tail -1 "$log"))" ;;
        esac
        seed=$(grep -oE 'seed ?= ?-?[0-9]+' "$log" | tail -1 | tr -dc '0-9-')
        echo "${patch%.patch} | $test | ${seed:--} | $((SECONDS - started)) | $verdict"
        if [[ $verdict != caught* ]]; then
            missed=1
            tail -c 8000 "$log" >&2
        fi
    done
done
exit "$missed"
