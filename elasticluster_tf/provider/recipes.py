"""What a node image is made of, and the digest by which a changed recipe makes a new image. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from elasticluster_tf.provider.apt_sources import Mirrors, sources_file

REPOSITORY = "localhost/ectf"
USER_OF_UNKNOWN = "root"


@dataclass(frozen=True)
class Release:
    """A release of a distribution that nodes can run."""

    name: str
    distribution: str
    codename: str
    base: str
    user: str
    keyring: str
    keyring_packages: tuple[str, ...]
    components: tuple[str, ...]
    pockets: tuple[str, ...]
    # debootstrap's script for the distribution, where it is older than the release and lacks one for it.
    script: str
    mirror_variable: str


def _debian(version: str, codename: str) -> Release:
    return Release(
        name=f"debian-{version}",
        distribution="debian",
        codename=codename,
        base=f"debian:{version}",
        user="debian",
        keyring="/usr/share/keyrings/debian-archive-keyring.gpg",
        keyring_packages=("debian-archive-keyring",),
        components=("main",),
        # Security updates come from a mirror of their own, which only the host's sources can name.
        pockets=("-updates",),
        script="sid",
        mirror_variable="ECTF_DEBIAN_MIRROR",
    )


def _ubuntu(version: str, codename: str) -> Release:
    return Release(
        name=f"ubuntu-{version}",
        distribution="ubuntu",
        codename=codename,
        base=f"ubuntu:{version}",
        user="ubuntu",
        keyring="/usr/share/keyrings/ubuntu-archive-keyring.gpg",
        keyring_packages=("ubuntu-keyring", "ubuntu-archive-keyring"),
        # Packages that Debian has in `main` are in `universe` there, slurm-wlm among them.
        components=("main", "universe"),
        pockets=("-updates", "-security"),
        script="gutsy",
        mirror_variable="ECTF_UBUNTU_MIRROR",
    )


RELEASES: Mapping[str, Release] = {
    release.name: release
    for release in (_debian("12", "bookworm"), _debian("13", "trixie"), _ubuntu("24.04", "noble"))
}


@dataclass(frozen=True)
class Site:
    """What the host lends to an image: its mirrors, its way to them, and whom it trusts."""

    mirrors: Mirrors = field(default_factory=Mirrors)
    apt_conf: str = ""
    certificates: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True)
class Recipe:
    """All that decides what is in an image."""

    release: Release
    site: Site
    files: tuple[tuple[str, bytes], ...]

    @property
    def digest(self) -> str:
        """Twelve digits that change with anything in the recipe."""
        digest = hashlib.sha256()
        for name, content in (*self.files, *sorted(self.site_files().items())):
            digest.update(json.dumps([name, hashlib.sha256(content).hexdigest()]).encode())
        digest.update(json.dumps([self.release.name, self.release.codename, self.release.user]).encode())
        return digest.hexdigest()[:12]

    @property
    def reference(self) -> str:
        """The image's name in Podman."""
        return f"{REPOSITORY}/{self.release.name}:{self.digest}"

    def site_files(self) -> dict[str, bytes]:
        """The files that the host's own set-up puts into the image."""
        files = {f"usr/local/share/ca-certificates/{name}": text for name, text in self.site.certificates}
        if self.site.mirrors.sources:
            text = sources_file(self.site.mirrors, self.release.keyring)
            files["etc/apt/sources.list.d/ectf.sources"] = text.encode()
        if self.site.apt_conf:
            files["etc/apt/apt.conf.d/91ectf-site"] = self.site.apt_conf.encode()
        return files

    def containerfile(self, base: str | None) -> str:
        """The build's steps on top of a pulled base image, or of `base.tar`, which debootstrap made."""
        start = f"FROM {base}\n" if base else "FROM scratch\nADD base.tar /\n"
        complete = ["/bin/sh", "/ectf/complete.sh", self.release.user, *self.release.pockets]
        return (
            start
            + (
                "RUN rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*\n"
                if self.site.mirrors.sources
                else ""
            )
            + "COPY rootfs/ site/ /\n"
            + "COPY complete.sh packages masked_units /ectf/\n"
            + f"RUN {json.dumps(complete)}\n"
            + "STOPSIGNAL SIGRTMIN+3\n"
            + 'CMD ["/sbin/init"]\n'
        )


def debootstrap_argv(release: Release, mirrors: Mirrors, target: str, *, knows_release: bool) -> list[str]:
    """The command that makes a base system.

    It runs in a mount namespace of its own, so that a killed one leaves nothing mounted.
    """
    argv = ["unshare", "--mount", "debootstrap", "--variant=minbase", f"--keyring={release.keyring}"]
    argv += [
        "--include=ca-certificates",
        f"--components={','.join(release.components)}",
        release.codename,
        target,
    ]
    # An empty mirror is the default one.
    return [*argv, mirrors.main or "", *([] if knows_release else [release.script])]
