#!/usr/bin/env bash
# Makes this checkout ready: the system's packages, then .venv with a working `ectf`.
# Can be run again at any time; when nothing has changed it only looks.
#   scripts/setup.sh              what ectf needs
#   scripts/setup.sh --tests      what only tests need, too
#   … --packages                  only print the system packages wanted for that, one a line
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/lib.sh

packages=(
  ca-certificates openssh-client
  python3 python3-venv
  curl jq # the steps of written pipelines use them
  podman netavark aardvark-dns iptables nftables # netavark calls iptables or nft, by its version
  debootstrap debian-archive-keyring             # images are built where no image registry answers
)
# runc also comes in Docker's own package, which the package runc would push out: any runc will do.
command -v runc >/dev/null || [ -x /usr/sbin/runc ] || packages+=(runc)
tests=''
if [ "${1:-}" = --tests ]; then
  tests=yes
  shift
  # An archive of Hadoop is assembled from Maven's artefacts; a Maven from elsewhere will do.
  command -v mvn >/dev/null || packages+=(maven)
  packages+=(e2fsprogs) # file systems on loop devices
  # The HTML plan is looked at in a browser. Ubuntu has none as a package: there these tests are skipped.
  if grep -qs '^ID=debian$' /etc/os-release; then packages+=(chromium-headless-shell); fi
fi
if [ "$(id -u)" = 0 ]; then
  as_root=(env)
else
  as_root=(sudo env)
  packages+=(uidmap slirp4netns passt fuse-overlayfs dbus-user-session) # rootless Podman
fi

missing_packages() {
  # dpkg-query exits 1 for a name it has never heard of: that is an answer, not a failure.
  comm -13 \
    <(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null |
      sed -n 's/^installed //p' | sort -u) \
    <(printf '%s\n' "${packages[@]}" | sort -u)
}

# The id ranges that rootless containers need; made with the user by useradd, but not by every other tool.
user_without_subids() {
  local user
  user=$(id -un)
  if [ "$(id -u)" != 0 ] && ! { grep -qs "^$user:" /etc/subuid && grep -qs "^$user:" /etc/subgid; }; then
    echo "$user"
  fi
}

install_packages() {
  local missing user first range usermod=()
  local apt=(DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a
    apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  # --no-remove: rather stop than take something away from this machine.
  local install=(install --no-install-recommends --no-remove)
  mapfile -t missing < <(missing_packages)
  user=$(user_without_subids)
  [ -n "${missing[*]}$user" ] || return 0

  echo "setup: these steps need root:"
  if [ ${#missing[@]} -gt 0 ]; then
    install+=("${missing[@]}")
    echo "    ${as_root[*]} ${apt[*]} update"
    echo "    ${as_root[*]} ${apt[*]} ${install[*]}"
  fi
  if [ -n "$user" ]; then
    first=$({ cat /etc/subuid /etc/subgid 2>/dev/null || true; } |
      awk -F: '$2 + $3 > n { n = $2 + $3 } END { print (n > 100000 ? n : 100000) }')
    range=$first-$((first + 65535))
    usermod=(usermod --add-subuids "$range" --add-subgids "$range" "$user")
    echo "    ${as_root[*]} ${usermod[*]}"
  fi
  if [ "${as_root[0]}" = sudo ] && ! command -v sudo >/dev/null; then
    echo "setup: there is no sudo here; run the lines above as root (without sudo), then this again" >&2
    exit 1
  fi

  if [ ${#missing[@]} -gt 0 ]; then
    step "apt-get update" update_lists "${as_root[@]}" "${apt[@]}" update
    step "apt-get install (${#missing[@]} packages and what they need)" \
      retry "${as_root[@]}" "${apt[@]}" "${install[@]}"
  fi
  [ -z "$user" ] || "${as_root[@]}" "${usermod[@]}"
}

# One broken third-party source must not stop us: whether the packages can be had shows next.
update_lists() {
  retry "$@" || echo "setup: apt-get update had errors; going on with the lists there are" >&2
}

# The first Python that is new enough and can make an environment with pip in it; the system's own if it can.
find_python() {
  local candidate
  for candidate in /usr/bin/python3 python3 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null && "$candidate" -c '
import sys, venv, ensurepip
sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  echo "setup: no Python 3.11 or newer with the venv module here (Debian 12, Ubuntu 24.04 or newer have one)" >&2
  return 1
}

# What .venv belongs to: this place (the scripts in it name it) and this interpreter.
wanted_home() {
  pwd -P
  "$python" -c 'import sys; print(sys.base_prefix, sys.version_info[:2])'
}

# What is installed in it.
wanted_content() {
  cat requirements/build.txt requirements/dev.txt pyproject.toml scripts/setup.sh | sha256sum
}

venv_is_usable() {
  [ "$(cat .venv/ectf-home 2>/dev/null)" = "$(wanted_home)" ] && .venv/bin/python -c '' 2>/dev/null
}

venv_is_ready() {
  [ -x .venv/bin/ectf ] && [ "$(cat .venv/ectf-content 2>/dev/null)" = "$(wanted_content)" ] && venv_is_usable
}

make_venv() {
  local pip=(.venv/bin/python -m pip --quiet --no-input --disable-pip-version-check install)
  if ! venv_is_usable; then
    rm -rf .venv
    "$python" -m venv .venv
    wanted_home >.venv/ectf-home
  fi
  rm -f .venv/ectf-content
  # Every package, those that build others too, comes from the lock and is checked against its hash.
  retry "${pip[@]}" --require-hashes -r requirements/build.txt
  retry "${pip[@]}" --require-hashes --no-build-isolation --use-pep517 -r requirements/dev.txt
  "${pip[@]}" --no-deps --no-build-isolation -e .
  .venv/bin/python -c 'import elasticluster_tf'
  wanted_content >.venv/ectf-content
}

# Linters that come as source alone, for the workflows that ectf writes and for its modules: no Go, or one that is too
# old, no linter.
actionlint=github.com/rhysd/actionlint/cmd/actionlint@v1.7.7
tflint=github.com/terraform-linters/tflint@v0.61.0
make_linter() {
  # No second try: without network or with an old Go there is no point, and the next `make setup` is one.
  GOBIN=$PWD/.venv/bin go install "$1" || echo "setup: $1 could not be built; what it checks goes unchecked" >&2
}

if [ "${1:-}" = --packages ]; then
  printf '%s\n' "${packages[@]}"
  exit
fi

# Settings meant for another Python would leak into .venv.
unset PYTHONHOME PYTHONPATH PIP_USER PIP_TARGET PIP_PREFIX PIP_CONSTRAINT
export PYTHONNOUSERSITE=1
# Where a site has its own certificate authority, pip must be told; apt and git read the system's by themselves.
if [ -z "${PIP_CERT:-}" ] && [ -n "${SSL_CERT_FILE:-}" ]; then export PIP_CERT=$SSL_CERT_FILE; fi

if command -v apt-get >/dev/null; then
  install_packages
else
  for tool in podman debootstrap ssh; do
    command -v "$tool" >/dev/null || echo "setup: $tool is missing; this system has no apt-get, so install it by hand" >&2
  done
fi
python=$(find_python)
if venv_is_ready; then
  echo "setup: nothing to do"
else
  step ".venv with $("$python" --version) and the locked packages" make_venv
fi
if [ -n "$tests" ] && command -v go >/dev/null; then
  [ -x .venv/bin/actionlint ] || step "actionlint" make_linter "$actionlint"
  [ -x .venv/bin/tflint ] || step "tflint" make_linter "$tflint"
fi
