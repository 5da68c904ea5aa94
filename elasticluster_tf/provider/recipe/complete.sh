#!/bin/sh
# Turns a base system into a node image. Runs inside it, from /ectf, with the login user's name and
# the release's further pockets.
set -eu
user=$1
shift
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

# Nothing may start while packages are configured.
printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
# debootstrap writes a line for the release alone.
if [ ! -e /etc/apt/sources.list.d/ectf.sources ] && [ -s /etc/apt/sources.list ]; then
    for pocket in "$@"; do
        sed -n "s/^\\(deb [^ ]* [a-z]*\\) /\\1$pocket /p" /etc/apt/sources.list
    done > /etc/apt/sources.list.d/pockets.list
fi
apt-get update
apt-get upgrade --yes
xargs -a /ectf/packages apt-get install --yes --no-install-recommends
rm /usr/sbin/policy-rc.d

if id ubuntu >/dev/null 2>&1 && [ "$user" != ubuntu ]; then userdel -r ubuntu; fi
id "$user" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$user"
# `*` instead of `!`: no password fits, and yet the account does not count as locked.
usermod --password '*' "$user"
printf '%s ALL=(ALL:ALL) NOPASSWD:ALL\n' "$user" > /etc/sudoers.d/90-ectf
chmod 0440 /etc/sudoers.d/90-ectf
mkdir -p /etc/ssh/authorized_keys.d /var/lib/cloud/seed/nocloud
printf 'LANG=C.UTF-8\n' > /etc/default/locale

while read -r unit; do ln -sf /dev/null "/etc/systemd/system/$unit"; done < /ectf/masked_units
# /run/nologin would keep users out between sshd's start and the end of the boot.
mkdir -p /etc/tmpfiles.d
ln -sf /dev/null /etc/tmpfiles.d/systemd-nologin.conf
ln -sf /lib/systemd/system/multi-user.target /etc/systemd/system/default.target
# Ubuntu starts sshd by its socket, which ignores sshd_config's own port and is slower at first contact.
systemctl disable ssh.socket 2>/dev/null || true
systemctl enable ssh.service ectf-host-key.service

update-ca-certificates
# What has to be different on every node.
rm -f /etc/ssh/ssh_host_* /var/lib/dbus/machine-id
: > /etc/machine-id
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/*.log /var/log/apt /ectf
# Later than anything below /usr, so that systemd does not take the first boot for an upgrade.
touch -d '+1 minute' /etc/.updated /var/.updated
