"""What an image takes over from the host it is built on: apt's mirrors, proxies, and certificates."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from elasticluster_tf.provider import apt_sources
from elasticluster_tf.provider.podman import Completed, Runner, run_command
from elasticluster_tf.provider.recipes import Release, Site


@dataclass(frozen=True)
class Host:
    """Where the host keeps these things; tests point it elsewhere."""

    root: Path
    environ: Mapping[str, str]
    run_argv: Runner = run_command
    # A base system is too large for a /tmp in memory.
    scratch: Path = Path("/var/tmp")  # noqa: S108

    def has(self, path: str) -> bool:
        """Tell whether a file is there."""
        return (self.root / path.lstrip("/")).exists()

    def as_root(self, argv: Sequence[str], timeout: float, env: Mapping[str, str] | None = None) -> Completed:
        """Run a command as root, by sudo where this is not root already."""
        if os.geteuid() == 0:
            return self.run_argv(argv, timeout=timeout, env=env)
        given = [f"{key}={value}" for key, value in (env or {}).items()]
        return self.run_argv(["sudo", "-n", *given, *argv], timeout=timeout)

    def may_be_root(self) -> bool:
        """Tell whether `as_root` can work."""
        return os.geteuid() == 0 or self.run_argv(["sudo", "-n", "true"], timeout=30).code == 0


def this_host() -> Host:
    """The host that this process runs on."""
    return Host(Path("/"), os.environ)


def site_of(host: Host, release: Release) -> Site:
    """Look at the host's apt and certificates."""
    system = _os_release(host.root)
    texts = {path.name: path.read_text(errors="replace") for path in _apt_files(host.root)}
    mirrors = apt_sources.mirrors_for(
        apt_sources.parse(texts),
        release.codename,
        system.get("VERSION_CODENAME") if system.get("ID") == release.distribution else None,
        host.environ.get(release.mirror_variable),
        release.components,
        release.pockets,
    )
    own = sorted((host.root / "usr/local/share/ca-certificates").glob("**/*.crt"))
    return Site(mirrors, _apt_proxy_conf(host), tuple((path.name, path.read_bytes()) for path in own))


def apt_proxies(conf: str) -> dict[str, str]:
    """Take the proxies out of lines as `apt-config dump` writes them, by the names of the environment."""
    lines = (line.split('"') for line in conf.splitlines() if "::Proxy " in line)
    return {f"{parts[0].split('::')[1].lower()}_proxy": parts[1] for parts in lines}


def _apt_files(root: Path) -> list[Path]:
    folder = root / "etc/apt/sources.list.d"
    candidates = [root / "etc/apt/sources.list", *folder.glob("*.list"), *folder.glob("*.sources")]
    return [path for path in candidates if path.is_file()]


def _apt_proxy_conf(host: Host) -> str:
    if shutil.which("apt-config") is None:
        return ""
    asked = ["apt-config", "dump", "Acquire::http::Proxy", "Acquire::https::Proxy"]
    lines = host.run_argv(asked, timeout=30).text.splitlines()
    return "".join(f"{line}\n" for line in lines if '"' in line and '""' not in line)


def _os_release(root: Path) -> dict[str, str]:
    path = root / "etc/os-release"
    lines = path.read_text().splitlines() if path.exists() else []
    return {key: value.strip("\"'") for key, _, value in (line.partition("=") for line in lines)}
