#!/usr/bin/env bash
# Every software on real clusters, the long tests too; what came out goes to docs/software-tests.md.
#   scripts/test-software.sh                 all of them
#   scripts/test-software.sh hadoop mix      some of them: their rows are renewed
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
mapfile -t files < <(.venv/bin/python -m scripts.software_tests files "$@")
code=0
ECTF_TESTED_PACKAGES=$results/packages.jsonl .venv/bin/pytest -n 2 --dist loadfile \
  --no-loadscope-reorder --junit-xml "$results/junit.xml" "${files[@]}" || code=$?
.venv/bin/python -m scripts.software_tests report "$results"
exit "$code"
