#!/usr/bin/env bash
# Shows that no byte waits longer than max_delay_ms, queue and force time, under continuous writes on a real disk.
#
#   src/it/scripts/continuous-writes.sh [--seconds SECONDS] [--slack MS] [--dir DIR]
#
#   --seconds SECONDS  how long to write (default 60)
#   --slack MS         how late an event loop may be (default 250)
#   --dir DIR          where the files go (default target); not in memory
#
# Four shards share one permit; each gets 1 KiB about every millisecond and is never idle. max_delay_ms is 2,000.
# Exit code: 0 if the bound was kept and each durable index moved every two seconds, 1 if not, 2 if it could not be run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

seconds=60
slack=250
parent=
while (($#)); do
    case $1 in
        --seconds) seconds=$2; shift 2 ;;
        --slack) slack=$2; shift 2 ;;
        --dir) parent=$2; shift 2 ;;
        --help | -h) usage ;;
        *) die "unknown option $1; see --help" ;;
    esac
done
require java
require_built
[[ -d $CLASSES/io/tidemark/it ]] || die "$CLASSES is empty: run \`mvn test-compile\` first"

make_dir "$parent"
describe_fs files "$DIR"
java -cp "$JAR:$CLASSES" io.tidemark.it.ContinuousWrites --seconds "$seconds" --slack-ms "$slack" --dir "$DIR"
