#!/usr/bin/env bash
# Writes requirements/*.txt from pyproject.toml: every package with its hashes, for all supported Pythons at once.
# Versions stay as they are where pyproject.toml allows; UPGRADE=1 takes the newest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export UV_SYSTEM_CERTS=1 # trust what this machine trusts, as pip and apt do
compile() {
  # fewest: one version of a package for all Pythons, so that everybody runs the same.
  .venv/bin/uv pip compile --quiet --no-config --universal --fork-strategy fewest --python-version 3.11 \
    --generate-hashes --no-annotate --no-emit-index-url --custom-compile-command 'make lock' "$@"
}
compile ${UPGRADE:+--upgrade} pyproject.toml --group dev -o requirements/dev.txt
compile pyproject.toml --constraint requirements/dev.txt -o requirements/runtime.txt
compile --group build --constraint requirements/dev.txt -o requirements/build.txt
