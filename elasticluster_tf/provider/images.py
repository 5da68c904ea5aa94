"""Node images: find them in Podman, or build them once per machine.

`python -m elasticluster_tf.provider.images build debian-12` does it ahead of the first cluster.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from elasticluster_tf.provider import apt_sources
from elasticluster_tf.provider.machine import Machine, this_machine
from elasticluster_tf.provider.podman import Completed, Podman, Runner, find_podman, run_command
from elasticluster_tf.provider.problems import ProviderError
from elasticluster_tf.provider.recipes import (
    RELEASES,
    USER_OF_UNKNOWN,
    Recipe,
    Release,
    Site,
    debootstrap_argv,
)

ASK_TIMEOUT = 10.0
BUILD_TIMEOUT = 1800.0
REFUSAL_LASTS = 3600.0
SCRATCH = Path("/var/tmp")  # noqa: S108 (a base system is too large for a /tmp in memory)


@dataclass(frozen=True)
class Host:
    """Where the host keeps what an image takes over; tests point it elsewhere."""

    root: Path
    environ: Mapping[str, str]
    run_argv: Runner = run_command


@dataclass(frozen=True)
class Image:
    """An image that is there."""

    reference: str
    image_id: str
    user: str


@dataclass(frozen=True)
class Images:
    """The images of one Podman."""

    podman: Podman
    machine: Machine
    host: Host

    def find(self, name: str) -> Image | None:
        """Find an image by its portable name or by any reference that Podman knows."""
        release, reference = RELEASES.get(name), self.reference(name)
        done = self.podman.attempt("image", "inspect", "--format", "{{.Id}}", reference)
        if done.code:
            return None
        return Image(reference, done.text.strip(), release.user if release else USER_OF_UNKNOWN)

    def reference(self, name: str) -> str:
        """Give the name in Podman; that of a recipe tells what is in it."""
        return self.recipe(RELEASES[name]).reference if name in RELEASES else name

    def ensure(self, name: str, registry: str | None = None) -> Image:
        """Find an image, or make it; whoever comes second waits for the first."""
        found = self.find(name)
        if found:
            return found
        with self.machine.lock(f"image-{name.replace('/', '_')}"):
            found = self.find(name)
            if found:
                return found
            if name in RELEASES:
                self._build(self.recipe(RELEASES[name]), registry)
            else:
                self._pull(name)
        made = self.find(name)
        if made is None:
            raise ProviderError(
                f"The image {name} is gone right after it was made", "Something removes images here."
            )
        return made

    def recipe(self, release: Release) -> Recipe:
        """Put together what the release's image consists of on this host."""
        return Recipe(release, site_of(self.host, release), recipe_files())

    def _pull(self, reference: str) -> None:
        done = self.podman.attempt("pull", "--quiet", reference, timeout=BUILD_TIMEOUT)
        if done.code:
            raise ProviderError(
                f"There is no image {reference}",
                f"It is none of {', '.join(RELEASES)}; Podman does not have it, and said to a pull:\n"
                + done.err.strip(),
            )

    def _build(self, recipe: Recipe, registry: str | None) -> None:
        base = f"{registry}/{recipe.release.base}" if registry else recipe.release.base
        remove_stale_builds(self.host.run_argv)
        with tempfile.TemporaryDirectory(
            prefix="ectf-image-", dir=SCRATCH, ignore_cleanup_errors=True
        ) as folder:
            context = Path(folder)
            pulled = self._pull_base(base)
            try:
                if not pulled:
                    self._bootstrap(recipe, context)
                write_context(recipe, context, base if pulled else None)
                # chroot isolation needs no container runtime, and which one works is not known yet.
                # The tag is the last thing that a build sets: an interrupted one leaves none.
                argv = [
                    "build",
                    "--quiet",
                    "--isolation=chroot",
                    "--network=host",
                    "--layers=false",
                    "--squash-all",
                ]
                argv += ["--force-rm", "--tag", recipe.reference, str(context)]
                self.podman.run(*argv, timeout=BUILD_TIMEOUT)
            finally:
                _remove(self.host.run_argv, context / "base")

    def _pull_base(self, base: str) -> bool:
        """Pull from the registries that Podman is configured for; a refusal is remembered for a while."""
        memory = f"refused-{base.replace('/', '_')}"
        if time.time() - float(self.machine.recall(memory) or 0) < REFUSAL_LASTS:
            return False
        try:
            answers = self.podman.attempt("manifest", "inspect", base, timeout=ASK_TIMEOUT).code == 0
            if answers and self.podman.attempt("pull", "--quiet", base, timeout=BUILD_TIMEOUT).code == 0:
                return True
        except ProviderError:
            # It hung for longer than a registry that is there: the same as a refusal.
            pass
        self.machine.remember(memory, time.time())
        return False

    def _bootstrap(self, recipe: Recipe, context: Path) -> None:
        release, mirrors = recipe.release, recipe.site.mirrors
        check_can_bootstrap(release, self.host)
        target = context / "base"
        proxies = {f"{kind}_proxy": uri for kind, uri in apt_proxies(recipe.site.apt_conf)}
        argv = debootstrap_argv(release, mirrors, str(target))
        done = self._as_root(argv, env=proxies)
        if done.code:
            raise ProviderError(
                f"debootstrap could not make {release.name}",
                f"It took {mirrors.main or 'its default mirror'}; another one can be named in "
                f"{release.mirror_variable}.\n" + "\n".join((done.text + done.err).splitlines()[-12:]),
            )
        pack = [
            "tar",
            "--create",
            f"--file={context / 'base.tar'}",
            f"--directory={target}",
            "--numeric-owner",
        ]
        done = self._as_root([*pack, "--xattrs", "--xattrs-include=*", "--exclude=./dev/*", "."])
        if done.code:
            raise ProviderError(f"The base system of {release.name} could not be packed", done.err)

    def _as_root(self, argv: Sequence[str], env: Mapping[str, str] | None = None) -> Completed:
        prefix = (
            []
            if os.geteuid() == 0
            else ["sudo", "-n", *(f"{key}={value}" for key, value in (env or {}).items())]
        )
        return self.host.run_argv([*prefix, *argv], timeout=BUILD_TIMEOUT, env=env)


def recipe_files() -> tuple[tuple[str, bytes], ...]:
    """Read the recipe that is shipped in the package."""
    with as_file(files("elasticluster_tf.provider") / "recipe") as root:
        paths = sorted(path for path in root.rglob("*") if path.is_file())
        return tuple((path.relative_to(root).as_posix(), path.read_bytes()) for path in paths)


def write_context(recipe: Recipe, context: Path, base: str | None) -> None:
    """Lay out the folder that `podman build` works on."""
    tree = dict(recipe.files) | {f"site/{name}": content for name, content in recipe.site_files().items()}
    tree["Containerfile"] = recipe.containerfile(base).encode()
    (context / "site").mkdir()
    for name, content in tree.items():
        (context / name).parent.mkdir(parents=True, exist_ok=True)
        (context / name).write_bytes(content)


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
    )
    own = sorted((host.root / "usr/local/share/ca-certificates").glob("**/*.crt"))
    return Site(mirrors, _apt_proxy_conf(host), tuple((path.name, path.read_bytes()) for path in own))


def apt_proxies(conf: str) -> list[tuple[str, str]]:
    """Take the proxies out of lines as `apt-config dump` writes them."""
    lines = (line.split('"') for line in conf.splitlines() if "::Proxy " in line)
    return [(parts[0].split("::")[1].lower(), parts[1]) for parts in lines]


def check_can_bootstrap(release: Release, host: Host) -> None:
    """Say what is missing before debootstrap says it in its own way."""
    lost = f"No image registry answers, so {release.name} has to be built with debootstrap"
    if shutil.which("debootstrap") is None:
        raise ProviderError(f"{lost}, which is not installed", "sudo apt-get install debootstrap")
    if not (host.root / release.keyring.lstrip("/")).exists():
        raise ProviderError(
            f"{lost}, which lacks the keys of {release.distribution}",
            f"Install the package {' or '.join(release.keyring_packages)}, whichever this host's "
            f"distribution has, so that {release.keyring} exists; or allow Podman to pull {release.base}.",
        )
    if os.geteuid() != 0 and host.run_argv(["sudo", "-n", "true"], timeout=30).code:
        raise ProviderError(
            f"{lost}, which needs root",
            f"Build it once as root, then hand it over:\n"
            f"  sudo {sys.executable} -m elasticluster_tf.provider.images build {release.name}\n"
            f"  sudo podman save IMAGE | podman load",
        )


def remove_stale_builds(run_argv: Runner) -> None:
    """Clear what killed builds left; the caller holds the lock of one image, so only old ones are certain."""
    for folder in SCRATCH.glob("ectf-image-*"):
        if time.time() - folder.stat().st_mtime > BUILD_TIMEOUT:
            _remove(run_argv, folder)


def _remove(run_argv: Runner, folder: Path) -> None:
    if folder.exists():
        prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
        run_argv([*prefix, "rm", "-rf", "--one-file-system", "--", str(folder)], timeout=BUILD_TIMEOUT)


def _apt_files(root: Path) -> list[Path]:
    folder = root / "etc/apt/sources.list.d"
    candidates = [root / "etc/apt/sources.list", *folder.glob("*.list"), *folder.glob("*.sources")]
    return [path for path in candidates if path.is_file()]


def _apt_proxy_conf(host: Host) -> str:
    if shutil.which("apt-config") is None:
        return ""
    dump = host.run_argv(
        ["apt-config", "dump", "Acquire::http::Proxy", "Acquire::https::Proxy"], timeout=30
    ).text
    return "".join(f"{line}\n" for line in dump.splitlines() if '"' in line and '""' not in line)


def _os_release(root: Path) -> dict[str, str]:
    path = root / "etc/os-release"
    lines = path.read_text().splitlines() if path.exists() else []
    return {key: value.strip("\"'") for key, _, value in (line.partition("=") for line in lines)}


def this_host() -> Host:
    """The host that this process runs on."""
    return Host(Path("/"), os.environ)


def main(argv: Sequence[str]) -> int:
    """Build the images named on the command line."""
    if len(argv) < 2 or argv[0] != "build" or not set(argv[1:]) <= set(RELEASES):
        choices = ",".join(RELEASES)
        sys.stderr.write(f"usage: python -m elasticluster_tf.provider.images build {{{choices}}}...\n")
        return 4
    try:
        images = Images(find_podman(), this_machine(), this_host())
        for name in argv[1:]:
            sys.stdout.write(f"{images.ensure(name).reference}\n")
            sys.stdout.flush()
    except ProviderError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
