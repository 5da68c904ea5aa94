"""Make a base system with debootstrap, where no image registry answers."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from elasticluster_tf.provider.host import Host, apt_proxies
from elasticluster_tf.provider.podman import installed
from elasticluster_tf.provider.problems import ProviderError
from elasticluster_tf.provider.recipes import Recipe, Release, debootstrap_argv

BUILD_TIMEOUT = 1800.0
SCRIPTS = "usr/share/debootstrap/scripts"
PREFIX = "ectf-image-"


@contextmanager
def build_folder(host: Host) -> Iterator[Path]:
    """Give a folder for one build, and remove it whoever owns what is in it by then.

    What killed builds left is removed too; a build that lasts is not older than its timeout.
    """
    for folder in host.scratch.glob(f"{PREFIX}*"):
        if time.time() - folder.stat().st_mtime > BUILD_TIMEOUT:
            _remove(host, folder)
    folder = Path(mkdtemp(prefix=PREFIX, dir=host.scratch))
    try:
        yield folder
    finally:
        _remove(host, folder)


def bootstrap(recipe: Recipe, host: Host, folder: Path) -> None:
    """Make `base.tar` in a folder."""
    release, mirrors = recipe.release, recipe.site.mirrors
    check_can_bootstrap(release, host)
    target = folder / "base"
    knows = host.has(f"{SCRIPTS}/{release.codename}")
    argv = debootstrap_argv(release, mirrors, str(target), knows_release=knows)
    done = host.as_root(argv, BUILD_TIMEOUT, apt_proxies(recipe.site.apt_conf))
    if done.code:
        raise ProviderError(
            f"debootstrap could not make {release.name}",
            f"It took {mirrors.main or 'its default mirror'}; another one can be named in the environment "
            f"variable {release.mirror_variable}. It said:\n"
            + "\n".join((done.text + done.err).splitlines()[-12:]),
        )
    pack = ["tar", "--create", f"--file={folder / 'base.tar'}", f"--directory={target}", "--numeric-owner"]
    done = host.as_root([*pack, "--xattrs", "--xattrs-include=*", "--exclude=./dev/*", "."], BUILD_TIMEOUT)
    if done.code:
        raise ProviderError(f"The base system of {release.name} could not be packed", done.err)
    _remove(host, target)


def check_can_bootstrap(release: Release, host: Host) -> None:
    """Say what is missing before debootstrap says it in its own way."""
    lost = f"No image registry answers, so {release.name} has to be built with debootstrap"
    if installed("debootstrap") is None:
        raise ProviderError(f"{lost}, which is not installed", "sudo apt-get install debootstrap")
    if not host.has(release.keyring):
        raise ProviderError(
            f"{lost}, which lacks the keys of {release.distribution}",
            f"Install the package {' or '.join(release.keyring_packages)}, whichever this host's "
            f"distribution has, so that {release.keyring} exists; or let Podman pull {release.base}.",
        )
    if not host.may_be_root():
        raise ProviderError(
            f"{lost}, which needs root",
            "Build it once as root and hand it over:\n"
            f"  sudo {sys.executable} -m elasticluster_tf.provider.images build {release.name}\n"
            "  sudo podman save IMAGE | podman load",
        )


def _remove(host: Host, folder: Path) -> None:
    host.as_root(["rm", "-rf", "--one-file-system", "--", str(folder)], BUILD_TIMEOUT)
