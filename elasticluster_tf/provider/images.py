"""Node images: find them in Podman, or build them once per machine.

`python -m elasticluster_tf.provider.images build debian-12` does it ahead of the first cluster.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from elasticluster_tf.provider.bootstrap import BUILD_TIMEOUT, bootstrap, build_folder
from elasticluster_tf.provider.host import Host, site_of, this_host
from elasticluster_tf.provider.machine import Machine, this_machine
from elasticluster_tf.provider.podman import Podman, find_podman
from elasticluster_tf.provider.problems import ProviderError
from elasticluster_tf.provider.recipes import RELEASES, USER_OF_UNKNOWN, Recipe, Release

ASK_TIMEOUT = 10.0
REFUSAL_LASTS = 3600.0


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

    def reference(self, name: str) -> str:
        """Give the name in Podman; that of a recipe tells what is in it."""
        return self.recipe(RELEASES[name]).reference if name in RELEASES else name

    def find(self, name: str) -> Image | None:
        """Find an image by its portable name or by any reference that Podman knows."""
        return self._look(name, self.reference(name))

    def ensure(self, name: str, registry: str | None = None) -> Image:
        """Find an image, or make it; whoever comes second waits for the first."""
        release = RELEASES.get(name)
        recipe = self.recipe(release) if release else None
        reference = recipe.reference if recipe else name
        found = self._look(name, reference)
        if found:
            return found
        with self.machine.lock(f"image-{name.replace('/', '_')}"):
            found = self._look(name, reference)
            if found:
                return found
            if recipe:
                self._build(recipe, registry)
            else:
                self._pull(name)
            made = self._look(name, reference)
        if made is None:
            raise ProviderError(
                f"The image {name} is gone right after it was made", f"Something removed {reference}."
            )
        return made

    def recipe(self, release: Release) -> Recipe:
        """Put together what the release's image consists of on this host."""
        return Recipe(release, site_of(self.host, release), recipe_files())

    def _look(self, name: str, reference: str) -> Image | None:
        done = self.podman.attempt("image", "inspect", "--format", "{{.Id}}", reference)
        if done.code:
            return None
        user = RELEASES[name].user if name in RELEASES else USER_OF_UNKNOWN
        return Image(reference, done.text.strip(), user)

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
        with build_folder(self.host) as folder:
            pulled = self._pull_base(base)
            if not pulled:
                bootstrap(recipe, self.host, folder)
            write_context(recipe, folder, base if pulled else None)
            # chroot isolation needs no container runtime, and which one works is not known yet.
            # The tag is the last thing that a build sets: an interrupted one leaves none.
            argv = ["build", "--quiet", "--isolation=chroot", "--network=host", "--layers=false"]
            argv += ["--squash-all", "--force-rm", "--tag", recipe.reference, str(folder)]
            self.podman.run(*argv, timeout=BUILD_TIMEOUT)

    def _pull_base(self, base: str) -> bool:
        """Pull from the registries that Podman is configured for; a refusal is remembered for a while."""
        memory = f"refused-{base.replace('/', '_')}"
        if time.time() - float(self.machine.recall(memory) or 0) < REFUSAL_LASTS:
            return False
        try:
            # Only to see whether anyone answers in time: Podman 4.3 fails at images without a list.
            self.podman.attempt("manifest", "inspect", base, timeout=ASK_TIMEOUT)
            if self.podman.attempt("pull", "--quiet", base, timeout=BUILD_TIMEOUT).code == 0:
                return True
        except ProviderError:
            # It hung for longer than a registry that is there: the same as a refusal.
            pass
        self.machine.remember(memory, time.time())
        return False


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
