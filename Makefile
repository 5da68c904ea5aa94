# `make` alone lists the targets. What they do is in scripts/.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.PHONY: help setup setup-tests demo test check test-fast test-long test-software fmt lock golden bench wheel clean
bin := .venv/bin
step := @. scripts/lib.sh; step

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

setup: ## system packages (root or sudo) and .venv with a working .venv/bin/ectf
	@scripts/setup.sh

setup-tests: ## that and what only tests need: a browser, Maven
	@scripts/setup.sh --tests

demo: setup ## bring up examples/slurm.yaml on this machine and run a job in it
	@scripts/demo.sh

test: setup-tests check ## all checks and the tests: what CI runs
	$(step) "tests" $(bin)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not long" --durations=10

check: setup ## formatters, linters, types, layers
	@scripts/check.sh

test-fast: setup-tests ## the tests that need no Podman
	$(step) "tests without Podman" $(bin)/pytest -m "not podman and not long"

test-long: setup-tests check ## all tests, the long ones too; results go to docs/measured/
	$(step) "all tests" scripts/test-long.sh

test-software: setup-tests ## every software on real clusters; results go to docs/software-tests.md
	$(step) "software" scripts/test-software.sh

fmt: setup ## format Python and HCL
	@$(bin)/ruff check --fix-only --quiet .
	@$(bin)/ruff format .
	@$(bin)/ectf-terraform fmt -recursive terraform_modules

lock: setup ## remake requirements/ from pyproject.toml (UPGRADE=1: newest versions)
	$(step) "lock" scripts/lock.sh

golden: setup ## rewrite the expected files of tests/golden/
	$(step) "golden files" env UPDATE_GOLDEN=1 $(bin)/pytest tests/golden

bench: setup-tests ## what we claim about speed, measured here
	$(step) "benchmarks" $(bin)/python -m benchmarks

wheel: setup ## dist/*.whl
	$(step) "wheel" $(bin)/python -m build --wheel --no-isolation

clean: ## remove .venv, caches and dist/ (no cluster's .ectf folder)
	@rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .ansible
