"""What a cloud's rules get to see, and what they give."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.provider_double import addresses
from tests.provider_double.schema import Catalogue, Kind, Values
from tests.provider_double.values import known
from tests.provider_double.world import Thing, World


@dataclass(frozen=True)
class Settings:
    """The values of the provider's block."""

    values: Values = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        found = self.values.get(name)
        return found if isinstance(found, str) and found else default

    def block(self, name: str) -> Values:
        """The first block of that name, or an empty one."""
        found = self.values.get(name)
        if isinstance(found, list):
            found = found[0] if found else None
        return dict(found) if isinstance(found, Mapping) else {}


@dataclass(frozen=True)
class Scene:
    """Where something happens: the world, the provider and its settings."""

    world: World
    catalogue: Catalogue
    settings: Settings

    def lookup(self, type_name: str, identity: Any) -> Values:
        """The attributes of an object, nothing if there is none."""
        thing = self.world.get(type_name, identity) if isinstance(identity, str) and identity else None
        return thing.attributes if thing else {}

    def address(self, pool: str, cidr: str, owner: str, wanted: Any = None) -> str:
        return addresses.take(self.world, pool, cidr, owner, wanted if isinstance(wanted, str) else None)

    def public_address(self, owner: str) -> str:
        name = self.catalogue.name
        return self.address(f"public {name}", addresses.public_range(self.world, name), owner)


@dataclass(frozen=True)
class Making:
    """A resource that is created (no prior) or updated."""

    scene: Scene
    kind: Kind
    values: Values  # planned: unknowns are what the cloud decides
    prior: Values | None = None
    id: str = ""

    @property
    def type(self) -> str:
        return self.kind.name

    @property
    def owner(self) -> str:
        return addresses.owner_name(self.type, self.id)

    def text(self, name: str, default: str = "") -> str:
        found = self.values.get(name)
        return found if isinstance(found, str) and found else default

    def first(self, block: str) -> Values:
        found = self.values.get(block)
        return dict(known(found[0])) if isinstance(found, list) and found else {}


class Cloud(Protocol):
    """The rules of one provider: everything here is a plausible answer of the true one."""

    def identify(self, making: Making) -> str:
        """The id of a new object."""

    def identity(self, type_name: str, values: Values) -> str:
        """The id of an object that exists, from its attributes."""

    def unique(self, type_name: str) -> bool:
        """Is creating an object with an id that exists already an error?"""

    def adjust(self, scene: Scene, kind: Kind, planned: Values, prior: Values | None) -> None:
        """Correct a plan: what is computed from known arguments, what an update computes anew."""

    def replaced(self, kind: Kind, planned: Values, prior: Values) -> list[str]:
        """Arguments that force a new object beyond the table of behaviour."""

    def details(self, making: Making) -> Values:
        """Computed attributes, in the shape of the resource; used where the plan says unknown."""

    def stored(self, type_name: str, state: Values) -> Values:
        """What the cloud keeps of an object, and tells when it is read: not always what it was given."""

    def invent(self, making: Making, name: str) -> str | None:
        """A text for one computed attribute that `details` does not know."""

    def answer(self, scene: Scene, kind: Kind, config: Values) -> Values | None:
        """A data source's answer, None for the generic one."""

    def import_ids(self, scene: Scene, type_name: str, given: str) -> Iterable[str]:
        """The ids that a text given to `terraform import` may mean."""

    def refuse_update(self, kind: Kind, prior: Values, planned: Values) -> str:
        """Why an object can't be changed like that; empty if it can."""

    def refuse_delete(self, thing: Thing) -> str:
        """Why an object can't be deleted; empty if it can."""


MACHINES = (
    "aws_instance",
    "aws_spot_instance_request",
    "azurerm_linux_virtual_machine",
    "google_compute_instance",
    "incus_instance",
    "openstack_compute_instance_v2",
)


class Backer(Protocol):
    """Gives the double's machines a body, say a container."""

    def create(self, type_name: str, identity: str, name: str, attributes: Values) -> Values:
        """Start it; computed attributes in the returned value replace those of the double.

        `attributes` is the machine as the double would store it, addresses included.
        """

    def delete(self, type_name: str, identity: str) -> None:
        """Remove it; called again for one that is gone already."""

    def settle(self) -> None:
        """Something was made or changed: an address may belong to a machine now."""


def digest(*parts: Any, length: int = 17) -> str:
    """Hexadecimal digits that depend on the parts only."""
    text = "\0".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def random_hex(length: int = 17) -> str:
    return secrets.token_hex((length + 1) // 2)[:length]


def uuid(*parts: Any) -> str:
    """A UUID: random, or of the parts."""
    text = digest(*parts, length=32) if parts else random_hex(32)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"


def mac(*parts: Any) -> str:
    text = digest(*parts, length=10)
    return ":".join(["02", *(text[index : index + 2] for index in range(0, 10, 2))])


def names(values: Mapping[str, Any], identity: str = "") -> list[str]:
    """What a test may call a thing by: its names, id, tags and labels."""
    found = [identity]
    for name in ("name", "key_name", "hostname", "computer_name", "id"):
        found.append(str(values.get(name) or ""))
    for name in ("tags", "labels", "metadata"):
        held = values.get(name)
        if isinstance(held, Mapping):
            found += [str(item) for key, item in held.items() if len(str(item)) < 200]
        elif isinstance(held, list):
            found += [str(item) for item in held]
    return [text for text in found if text]


def display_name(values: Mapping[str, Any], identity: str = "") -> str:
    """One name for people: the Name tag, the name, the id."""
    tags = values.get("tags")
    tagged = tags.get("Name") if isinstance(tags, Mapping) else None
    candidates = (tagged, values.get("name"), values.get("key_name"), identity)
    return next((text for text in candidates if isinstance(text, str) and text), "")
