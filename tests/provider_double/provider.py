"""What a provider does with each call, on decoded values; no protocol in here."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.provider_double import data, faults
from tests.provider_double.clouds import CLOUDS
from tests.provider_double.filling import fill, generic
from tests.provider_double.making import (
    MACHINES,
    Backer,
    Cloud,
    Making,
    Scene,
    Settings,
    digest,
    display_name,
    names,
)
from tests.provider_double.planning import Planned, conflicts, plan, without_write_only
from tests.provider_double.problems import Problem
from tests.provider_double.schema import Attribute, Catalogue, Kind, Values
from tests.provider_double.values import conform, known
from tests.provider_double.world import World

_SECRET_WORDS = ("secret", "password", "token", "credential", "access_key", "private", "certificate")
_SECRET_NAMES = ("key", "cert")


@dataclass
class Provider:
    """One provider's double over a world. `connection` tells one provider block from another."""

    catalogue: Catalogue
    world: World
    backer: Backer | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    _settings: dict[str, Settings] = field(default_factory=dict)

    @property
    def cloud(self) -> Cloud:
        return CLOUDS[self.catalogue.name]

    def configure(self, connection: str, config: Values) -> None:
        self.stop.clear()
        told = known(config)
        row = {"provider": self.catalogue.name, "settings": _without_secrets(self.catalogue.provider, told)}
        self.world.append("configured.ndjson", row)
        self._strike("configure", self.catalogue.name, told, "")
        self._settings[connection] = self._settings[""] = Settings(told)

    def scene(self, connection: str) -> Scene:
        settings = self._settings.get(connection) or self._settings.get("") or Settings()
        return Scene(self.world, self.catalogue, settings)

    def validate(self, kind: Kind, config: Values) -> list[Problem]:
        return [
            Problem("Conflicting configuration arguments", f'"{left}": conflicts with {right}')
            for left, right in conflicts(kind, config)
        ]

    def read(self, type_name: str, state: Values) -> Values | None:
        identity = self.cloud.identity(type_name, state)
        self._strike("read", type_name, state, identity)
        thing = self.world.get(type_name, identity)
        if thing is None:
            return None
        block = self.catalogue.resources[type_name].block
        return without_write_only(block, conform(block, thing.attributes))

    def plan(self, connection: str, type_name: str, prior: Values | None, proposed: Values) -> Planned:
        kind = self.catalogue.resources[type_name]
        self._strike("plan", type_name, known(proposed), self.cloud.identity(type_name, prior or {}))
        scene = self.scene(connection)

        def adjust(planned: Values, before: Values | None) -> None:
            self.cloud.adjust(scene, kind, planned, before)

        planned = plan(kind, prior, proposed, adjust)
        if prior is not None and planned.values is not prior:
            planned.replace.extend((name,) for name in self.cloud.replaced(kind, planned.values, prior))
        return planned

    def create(self, connection: str, type_name: str, planned: Values) -> tuple[Values, Problem | None]:
        """The new object, and what failed after it was made (it is tainted then)."""
        kind = self.catalogue.resources[type_name]
        failed = self._strike("create", type_name, known(planned), "")
        making = Making(self.scene(connection), kind, planned)
        given = planned.get("id")
        identity = given if isinstance(given, str) and given else self.cloud.identify(making)
        if self.cloud.unique(type_name) and self.world.get(type_name, identity):
            raise Problem(f"{type_name} already exists", f"there is one with the id {identity}")
        making = Making(making.scene, kind, planned, None, identity)
        state = self._finish(making)
        self._put(type_name, identity, state)
        return state, failed

    def update(self, connection: str, type_name: str, prior: Values, planned: Values) -> Values:
        kind = self.catalogue.resources[type_name]
        identity = self.cloud.identity(type_name, prior)
        self._strike("update", type_name, known(planned), identity)
        if self.world.get(type_name, identity) is None:
            raise Problem(f"{type_name} not found", f"there is none with the id {identity}")
        if refused := self.cloud.refuse_update(kind, prior, planned):
            raise Problem(refused)
        making = Making(self.scene(connection), kind, planned, prior, identity)
        state = self._finish(making)
        self._put(type_name, identity, state)
        return state

    def delete(self, type_name: str, prior: Values) -> None:
        identity = self.cloud.identity(type_name, prior)
        self._strike("delete", type_name, prior, identity)
        thing = self.world.get(type_name, identity)
        if thing is not None and (refused := self.cloud.refuse_delete(thing)):
            raise Problem(refused)
        if self.backer and type_name in MACHINES:
            self.backer.delete(type_name, identity)
        self.world.remove(type_name, identity)

    def imported(self, connection: str, type_name: str, given: str) -> Values:
        self._strike("import", type_name, {}, given)
        scene = self.scene(connection)
        for identity in self.cloud.import_ids(scene, type_name, given):
            thing = self.world.get(type_name, identity)
            if thing is not None:
                block = self.catalogue.resources[type_name].block
                return without_write_only(block, conform(block, thing.attributes))
        raise Problem(f"no {type_name} with the id {given}", "nothing to import")

    def data(self, connection: str, type_name: str, config: Values) -> Values:
        kind = self.catalogue.data[type_name]
        self._strike("data", type_name, known(config), "")
        return data.read(self.scene(connection), self.cloud, kind, config)

    def _put(self, type_name: str, identity: str, state: Values) -> None:
        self.world.put(type_name, identity, self.cloud.stored(type_name, state))
        if self.backer:
            self.backer.settle()

    def _finish(self, making: Making) -> Values:
        """The planned values without unknowns; a new machine gets its body."""
        details = self.cloud.details(making)

        def invent(path: tuple[str, ...], attribute: Attribute) -> Any:
            return self._invent(making, path, attribute)

        body = self.backer if making.prior is None and making.type in MACHINES else None
        state = fill(making.kind.block, making.values, details, invent)
        if body:
            name = display_name(known(making.values), making.id)
            details = _overlaid(details, body.create(making.type, making.id, name, state))
            state = fill(making.kind.block, making.values, details, invent)
        return state

    def _invent(self, making: Making, path: tuple[str, ...], attribute: Attribute) -> Any:
        if path == ("id",):
            return making.id
        if len(path) == 1 and attribute.type == "string":
            text = self.cloud.invent(making, path[0])
            if text is not None:
                return text
        # An update gives another text: it was asked because something changed.
        change = making.values if making.prior is not None else ""
        return generic(attribute, path[-1], digest(making.id, *path, change))

    def _strike(self, operation: str, type_name: str, values: Values, identity: str) -> Problem | None:
        self.world.told(type_name, operation, identity, display_name(values, identity))
        return faults.strike(self.world, operation, type_name, names(values, identity), self.stop)


def _overlaid(details: Values, more: Mapping[str, Any]) -> Values:
    """Details with those of a machine's body on top, blocks item by item."""
    merged = dict(details)
    for name, value in more.items():
        before = merged.get(name)
        blocks = isinstance(value, list) and all(isinstance(item, Mapping) for item in value)
        if blocks and isinstance(before, list):
            old = [*before, *({} for _item in value)]
            merged[name] = [_overlaid(dict(first), second) for first, second in zip(old, value, strict=False)]
        else:
            merged[name] = value
    return merged


def _without_secrets(kind: Kind, config: Values) -> Values:
    """The provider's settings as a test may see them: without nulls, secrets replaced by a mark."""
    shown: Values = {}
    for name, value in config.items():
        attribute = kind.block.attributes.get(name)
        if value in (None, [], {}):
            continue
        secret = name in _SECRET_NAMES or any(word in name for word in _SECRET_WORDS)
        hidden = isinstance(value, str) and (secret or (attribute is not None and attribute.sensitive))
        shown[name] = "(masked)" if hidden else value
    return shown
