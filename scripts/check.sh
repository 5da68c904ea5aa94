#!/usr/bin/env bash
# Every check that is not a test. Warnings are errors.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

bin=$PWD/.venv/bin
export PATH=$bin:$PATH        # ansible-lint looks for ansible-playbook and ansible-galaxy there
export LC_ALL=C.UTF-8         # Ansible refuses anything but UTF-8
export NO_COLOR=1 ANSIBLE_NOCOLOR=1

step "ruff: rules" ruff check --quiet .
step "ruff: format" ruff format --check --quiet .
step "mypy --strict" mypy --strict
step "import-linter: layers and doors" lint-imports
# node.tf.j2 and provider.tf.j2 are templates; what comes of them is checked by tests/contract.
step "terraform fmt" ectf-terraform fmt -check -diff -recursive terraform_modules
step "yamllint" yamllint --strict --config-file scripts/yamllint.yaml \
  roles terraform_modules examples templates tests scripts
# --offline: nothing is fetched from Galaxy, so the result is the same everywhere.
step "ansible-lint" ansible-lint --offline --strict roles
step "shellcheck" shellcheck --external-sources scripts/*.sh tests/setup/*.sh .ci/run
