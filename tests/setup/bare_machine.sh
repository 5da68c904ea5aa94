#!/usr/bin/env bash
# Runs a command in a copy of this tree on a bare Debian, as on a machine fresh from its installer:
#   tests/setup/bare_machine.sh SUITE ROOT COMMAND…
# ROOT (a folder, made if it isn't there) keeps the system between runs; its mounts end with the command.
set -euo pipefail
suite=$1 root=$2
shift 2
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# This machine's own mirror, from either way of writing apt's sources.
mirror=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources 2>/dev/null || true; } |
  sed -n 's/^URIs: *//p; s/^deb  *\(\[[^]]*\] *\)\{0,1\}\([^ ]*\).*/\2/p' | sed -n 1p)
if [ ! -e "$root/etc/debian_version" ]; then
  debootstrap --variant=minbase --include=git,make,ca-certificates "$suite" "$root" "$mirror" >"$root.log" 2>&1
fi
# What is this site's and not the distribution's: certificates, names, how apt gets out.
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
cp /etc/apt/apt.conf.d/*proxy* /etc/apt/apt.conf.d/99* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
# The tree as a clone would have it, uncommitted work included.
mkdir -p "$root/src/ectf"
git ls-files --cached --others --exclude-standard -z |
  while IFS= read -r -d '' path; do if [ -e "$path" ]; then printf '%s\0' "$path"; fi; done |
  tar --null --files-from=- -cf - | tar -C "$root/src/ectf" -xf -

# A mount namespace of its own: nothing to unmount afterwards, whatever happens.
# shellcheck disable=SC2016 # $root and $@ are the inner shell's
exec unshare --mount bash -euc '
  root=$1
  shift
  mount -t proc proc "$root/proc"
  mount --rbind /sys "$root/sys"
  mount --rbind /dev "$root/dev"
  exec chroot "$root" /usr/bin/env -u PIP_FIND_LINKS PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/root bash -euc "cd /src/ectf; exec \"\$@\"" bash "$@"' bash "$root" "$@"
