#!/usr/bin/env bash
# All tests, the long ones too; what came out goes to docs/measured/, with date and versions.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

report=docs/measured/$(date -u +%Y-%m-%d)-test-long.md
mkdir -p docs/measured
code=0
log=$(mktemp)
.venv/bin/pytest --durations=20 | tee "$log" || code=$?
{
  echo "# make test-long, $(date -u '+%Y-%m-%d %H:%M UTC')"
  echo
  .venv/bin/ectf version
  echo
  echo '```'
  # The slowest tests and the closing line; failures are in the terminal.
  sed -n '/slowest/,$p' "$log"
  echo '```'
} >"$report"
rm -f "$log"
echo "written: $report"
exit "$code"
