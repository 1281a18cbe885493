#!/usr/bin/env bash
# Marks, captures, completions and readers of the real counter and the real store, interleaved by jcstress.
#
#   src/it/scripts/jcstress.sh [MODE]      quick (default, a minute), default, tough or stress: jcstress' own presets
#
# MVN (default: mvn), MVN_FLAGS (e.g. -o) change how Maven is called.
# Prints how many tests ran. jcstress leaves out, in silence, tests that have more actors than the machine has processors;
# this counts them. Exit code: 0 all passed, 1 a forbidden result, an error, or another test that did not run.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
rm -rf target/jcstress

# shellcheck disable=SC2086  # may be several words
${MVN:-mvn} -q -B -ntp ${MVN_FLAGS:-} -Pjcstress -DskipTests test-compile exec:exec \
    -Djcstress.mode="${1:-quick}" >"$log" 2>&1
status=$?

# how many tests there are, and how many of them have more actors than processors
read -r written large < <(find src/jcstress/java -name '*.java' -exec cat {} + | awk -v processors="$(nproc)" '
    function end() { if (tests && actors > processors) large++; actors = 0 }
    /^ *@JCStressTest/ { end(); tests++ }
    /^ *@Actor/ { actors++ }
    END { end(); print tests, large + 0 }')
ran=$(find target/jcstress -name 'io.tidemark.*.html' 2>/dev/null | wc -l)
results=$(grep -oE 'Results: [^)]*' "$log" | tail -1)
if ((status != 0)) || [[ $results != *" 0 failed, 0 soft errs, 0 hard errs"* ]] || ! grep -q 'Failed tests: No matches' "$log"; then
    cat "$log" >&2
    echo "jcstress: a forbidden result, or an error; see target/jcstress/index.html" >&2
    exit 1
fi
sed -n '/Interesting tests/,/Failed tests/{/Failed tests/!p}' "$log"
echo "jcstress: $ran of $written tests ran, $large need more than $(nproc) processors; no forbidden result. $results"
((ran == written - large))
