#!/usr/bin/env bash
# Plants each fault of faults.tsv (or the named ones) in a clean checkout of HEAD and demands that its test fails with
# the assertion text of its line (or one of several, between "||"). A compile error, another failure or none at all is NOT
# CAUGHT; what the test said is then printed.
#
#   src/it/planted/run.sh [PATCH...]      PATCH as in faults.tsv, with or without .patch
#
# Patches and table come from this folder as it is, code and tests from HEAD: commit the test first. Everything is compiled
# once; with a fault in, only the files that it changes are compiled again.
# First the tests must pass without a fault; FAULT_BASELINE=it leaves the unit tests out, for where they have just passed at
# HEAD. Those that cut the power run in any case: here the node comes from classes, not from the jar.
# MVN (default: mvn), MVN_FLAGS (e.g. -o) and FAULT_TIMEOUT_S (default: 400) change how Maven is called. Tests that cut the
# power get FAULT_CUTS cuts (default: 250) to find a fault, and say after how many they did.
# Exit code: 0 all caught, 1 some not, 2 the tests fail already without a fault, or wrong use.
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

# run_tests TESTS CUTS GOAL
run_tests() {
    rm -rf "$project/target/surefire-reports"
    maven "$3" -Dtest="$1" -Dtidemark.jar=classes -Dtidemark.it.cuts="$2" -Dtidemark.it.log_cuts="$2"
}

# compile_changed: what a patch has changed, over the classes as they were without any.
compile_changed() {
    rm -rf "$project/target/classes" && cp -a "$temporary/classes" "$project/target/classes" || return
    local changed
    mapfile -t changed < <(cd "$project" && git diff --name-only --relative -- src/main/java)
    ((${#changed[@]} > 0)) || { echo "the patch changes nothing in src/main/java"; return 1; }
    (cd "$project" && javac --release 17 -proc:none -nowarn -cp "$classpath" -d target/classes "${changed[@]}")
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
    run_tests "$(printf '%s\n' "${sound[@]}" | sort -u | paste -sd,)" 10 surefire:test@default-test
fi || {
    cat "$log" >&2
    echo "it does not compile, or the tests fail without any fault; nothing was planted" >&2
    exit 2
}
cp -a "$project/target/classes" "$temporary/classes"
maven org.codehaus.mojo:exec-maven-plugin:3.5.1:exec -Dexec.executable=echo -Dexec.args=%classpath -Dexec.classpathScope=test
classpath=$(grep -m1 -o '/.*target/classes.*' "$log") || { cat "$log" >&2; exit 2; }

missed=0
echo "fault | test | seed | seconds | caught"
for i in "${!patches[@]}"; do
    patch=${patches[i]} test=${tests[i]} text=${texts[i]} seed=- verdict=
    report=$project/target/surefire-reports/${test%%#*}.txt
    rm -f "$report"
    git -C "$tree" checkout --quiet -- . && git -C "$tree" clean --quiet -fd
    started=$SECONDS
    if ! (cd "$project" && git apply "$here/$patch") 2>"$log"; then
        verdict="NOT CAUGHT (the patch does not apply: $(tail -1 "$log"))"
    elif ! compile_changed >"$log" 2>&1; then
        verdict="NOT CAUGHT (it does not compile: $(head -1 "$log"))"
    else
        run_tests "$test" "${FAULT_CUTS:-250}" surefire:test@default-test
        status=$?
        seed=$(cat "$log" "$report" 2>/dev/null | grep -oE 'seed ?= ?-?[0-9]+' | tail -1 | tr -dc '0-9-')
        if ((status == 0)); then
            verdict="NOT CAUGHT (the test passed)"
        elif ((status == 124)); then
            verdict="NOT CAUGHT (no end within ${FAULT_TIMEOUT_S:-400} s)"
        elif [[ ! -f $report ]]; then
            verdict="NOT CAUGHT (no test report: $(grep -m1 ERROR "$log"))"
        elif ! grep -qE '<<< (FAILURE|ERROR)!' "$report" || ! grep -qF -- "${text//||/$'\n'}" "$report"; then
            verdict="NOT CAUGHT (it failed without saying: $text)"
        else
            cuts=$(cat "$log" "$report" | grep -oE 'caught after [0-9]+ cuts' | tail -1)
            verdict=${cuts:-caught}
        fi
    fi
    echo "${patch%.patch} | $test | ${seed:--} | $((SECONDS - started)) | $verdict"
    if [[ $verdict != caught* ]]; then
        missed=1
        cat "$report" "$log" 2>/dev/null | head -c 8000 >&2
    fi
done
exit "$missed"
