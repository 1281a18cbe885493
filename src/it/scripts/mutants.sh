#!/usr/bin/env bash
# Mutation tests by PIT: how many small faults in a package its tests notice. One package after the other; some minutes each.
#
#   src/it/scripts/mutants.sh [PACKAGE...]        checkpoint pressure log.segment bitcask reload if left out
#   PIT_MORE='io.tidemark.invariants.*Test' src/it/scripts/mutants.sh pressure      with these tests as well
#
# Prints the score per package and class, then the mutants that are left. A mutant counts as killed if a test failed or
# never ended. The reports stay in target/mutants/PACKAGE.
set -euo pipefail
cd "$(dirname "$0")/../../.."

score() {
  python3 - "$@" <<'PYTHON'
import collections
import sys
import xml.etree.ElementTree

KILLED = ("KILLED", "TIMED_OUT", "MEMORY_ERROR", "RUN_ERROR")

package, report = sys.argv[1:]
classes = collections.defaultdict(lambda: [0, 0])
left = []
for mutant in xml.etree.ElementTree.parse(report).getroot():
    name = mutant.findtext("mutatedClass").removeprefix("io.tidemark." + package + ".")
    killed = mutant.get("status") in KILLED
    for each in (name.split("$")[0], ""):
        classes[each][0] += killed
        classes[each][1] += 1
    if not killed:
        left.append((name, int(mutant.findtext("lineNumber")), mutant.findtext("description"), mutant.get("status")))
for name, (killed, all) in sorted(classes.items(), key=lambda item: (item[0] != "", item[0])):
    print(f"{killed:5} of {all:5} {100 * killed / all:5.1f} %  {package + '.' + name if name else package}")
for name, line, description, status in sorted(left):
    print(f"  left: {name}:{line} {description} ({status.lower()})")
PYTHON
}

packages=("$@")
if [ $# -eq 0 ]; then
  packages=(checkpoint pressure log.segment bitcask reload)
fi

mvn -q -B -ntp -P '!checks' test-compile
mkdir -p target/mutants
for package in "${packages[@]}"; do
  rm -rf target/pit-reports "target/mutants/$package"
  mvn -B -ntp -P 'pit,!checks' -Dpit.classes="io.tidemark.$package.*" \
    -Dpit.tests="io.tidemark.$package.*Test${PIT_MORE:+,$PIT_MORE}" \
    org.pitest:pitest-maven:mutationCoverage > "target/mutants/$package.log" 2>&1 ||
    { tail -n 30 "target/mutants/$package.log" >&2; exit 1; }
  mv target/pit-reports "target/mutants/$package"
  score "$package" "target/mutants/$package/mutations.xml"
done
