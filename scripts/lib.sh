# Sourced by the other scripts and by the Makefile's recipes. Needs bash 5, nothing else.
# shellcheck shell=bash

current_step=''
report_failure() {
  local code=$?
  [ "$code" = 0 ] || [ -z "$current_step" ] || echo "==> failed: $current_step (exit $code)" >&2
}
trap report_failure EXIT

# step TITLE COMMAND…: say what runs, run it, say how long it took.
# COMMAND stands alone, not in a condition, so that `set -e` holds inside functions too.
step() {
  local start=${EPOCHREALTIME/[.,]/} spent
  current_step=$1
  shift
  echo "==> $current_step"
  "$@"
  spent=$(((${EPOCHREALTIME/[.,]/} - start) / 100000))
  echo "    $current_step: done in $((spent / 10)).$((spent % 10)) s"
  current_step=''
}

# retry COMMAND…: up to four tries, for what a network or another process's lock may spoil.
retry() {
  local pause
  for pause in 5 15 45; do
    "$@" && return
    echo "    that failed; trying again in $pause s" >&2
    sleep "$pause"
  done
  "$@"
}
