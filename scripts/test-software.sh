#!/usr/bin/env bash
# Every software on real clusters, the long tests too; what came out goes to docs/software-tests.md.
#   scripts/test-software.sh                 all of them
#   scripts/test-software.sh hadoop mix      some of them: their rows are renewed
#   scripts/test-software.sh --image ubuntu-24.04 [NAME...]    on another system than Debian 12: rows of their own
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ "${1:-}" = --image ]; then
  export ECTF_TESTED_IMAGE=$2
  shift 2
fi
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
.venv/bin/python -m scripts.software_tests files "$@" >"$results/files"
mapfile -t files <"$results/files"
code=0
ECTF_TESTED_PACKAGES=$results/packages.jsonl .venv/bin/pytest -n 2 --dist loadfile \
  --no-loadscope-reorder --junit-xml "$results/junit.xml" "${files[@]}" || code=$?
# 2 and above: it was cut short, and files that were not run whole have no row.
[ "$code" -le 1 ] || exit "$code"
.venv/bin/python -m scripts.software_tests report "$results"
exit "$code"
