"""`podman_image`: the image that nodes boot from, made once per machine."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from elasticluster_tf.provider.framework import TEXT, UNKNOWN, State, attribute, known
from elasticluster_tf.provider.images import Image
from elasticluster_tf.provider.problems import ProviderError
from elasticluster_tf.provider.world import World


@dataclass(frozen=True)
class ImageKind:
    """An image that ectf has a recipe for, or any other that Podman can get."""

    world: World
    name: str = "image"
    description: str = "An image for nodes."
    attributes: tuple[Any, ...] = (
        attribute(
            "name", TEXT, "Portable name, or a reference that Podman knows.", required=True, replaces=True
        ),
        attribute(
            "registry", TEXT, "Where base images are pulled from instead of Podman's own.", optional=True
        ),
        attribute("id", TEXT, "Podman's id of it.", computed=True),
        attribute("reference", TEXT, "Name in Podman, with the digest of the recipe.", computed=True),
        attribute("user", TEXT, "The login user it has.", computed=True),
    )

    def check(self, _config: State) -> Iterable[ProviderError]:
        """What is missing for a build is known best by the build."""
        return ()

    def create(self, planned: State) -> State:
        """Find it or make it."""
        made = self.world.images.ensure(planned["name"], known(planned, "registry"))
        return {**planned, **_state(made)}

    def read(self, state: State) -> State | None:
        """Gone only when no image of the name is there at all; a changed recipe is seen by the plan."""
        return state if self.world.podman.inspect("image", state["reference"]) else None

    def plan(self, prior: State, planned: State) -> State:
        """A changed recipe makes a new image, for new nodes: living ones keep theirs."""
        if self.world.images.reference(planned["name"]) == prior["reference"]:
            return planned
        return {**planned, "id": UNKNOWN, "reference": UNKNOWN, "user": UNKNOWN}

    def update(self, _prior: State, planned: State) -> State:
        """Make the image of the changed recipe."""
        return self.create(planned)

    def delete(self, state: State) -> None:
        """Leave it in Podman: other clusters boot from it, and the next one need not wait."""

    def find(self, name: str) -> State:
        """Import by portable name or reference."""
        found = self.world.images.find(name)
        if found is None:
            raise ProviderError(
                f"There is no image {name}", "See podman image ls; the next plan makes it by itself."
            )
        return {"name": name, "registry": None, **_state(found)}


def _state(image: Image) -> State:
    return {"id": image.image_id, "reference": image.reference, "user": image.user}
