"""Read the host's apt sources, in both their formats, to find the mirror that serves a distribution. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

_OPTIONS = re.compile(r"^\[[^]]*\]\s*")


@dataclass(frozen=True)
class Source:
    """One repository: where it is, which suites and components of it are used."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]


@dataclass(frozen=True)
class Mirrors:
    """Where a release comes from: the first source is the one to bootstrap from."""

    sources: tuple[Source, ...] = ()

    @property
    def main(self) -> str | None:
        """The mirror that holds the release itself, or None for the tool's own default."""
        return self.sources[0].uri if self.sources else None


def parse(files: Mapping[str, str]) -> tuple[Source, ...]:
    """Read the sources of `{file name: text}`: `*.sources` is deb822, `*.list` has one per line."""
    found: list[Source] = []
    for name in sorted(files):
        found.extend(_deb822(files[name]) if name.endswith(".sources") else _one_line(files[name]))
    return tuple(found)


def mirrors_for(
    sources: Iterable[Source],
    codename: str,
    host_codename: str | None,
    override: str | None = None,
    components: tuple[str, ...] = ("main",),
    pockets: tuple[str, ...] = ("-updates",),
) -> Mirrors:
    """Find the mirrors of a release; a host of another release of the same distribution lends its own.

    `host_codename` is the host's release when it is of the same distribution, else None.
    """
    if override:
        return Mirrors(
            (Source(override, (codename, *(codename + pocket for pocket in pockets)), components),)
        )
    known = tuple(sources)
    for release in dict.fromkeys(filter(None, (codename, host_codename))):
        chosen = [found for source in known if (found := _of_release(source, release, codename))]
        chosen.sort(key=lambda source: codename not in source.suites)
        if chosen and codename in chosen[0].suites:
            return Mirrors(tuple(dict.fromkeys(chosen)))
    return Mirrors()


def sources_file(mirrors: Mirrors, keyring: str) -> str:
    """Write sources in deb822 for a new system."""
    stanzas = [
        f"Types: deb\nURIs: {source.uri}\nSuites: {' '.join(source.suites)}\n"
        f"Components: {' '.join(source.components)}\nSigned-By: {keyring}\n"
        for source in mirrors.sources
    ]
    return "\n".join(stanzas)


def _of_release(source: Source, release: str, codename: str) -> Source | None:
    pockets = {release, f"{release}-updates", f"{release}-security"}
    suites = tuple(codename + suite[len(release) :] for suite in source.suites if suite in pockets)
    if not suites or "main" not in source.components:
        return None
    return replace(source, suites=suites)


def _deb822(text: str) -> Iterable[Source]:
    for stanza in re.split(r"\n\s*\n", text):
        fields = _fields(stanza)
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() == "no":
            continue
        for uri in fields.get("uris", "").split():
            yield Source(
                uri, tuple(fields.get("suites", "").split()), tuple(fields.get("components", "").split())
            )


def _fields(stanza: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1] in (" ", "\t"):
            fields[name] = f"{fields.get(name, '')} {line.strip()}"
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def _one_line(text: str) -> Iterable[Source]:
    for line in text.splitlines():
        kind, *rest = line.split("#", 1)[0].split(maxsplit=1) or [""]
        words = _OPTIONS.sub("", rest[0]).split() if rest else []
        if kind == "deb" and len(words) >= 3:
            yield Source(words[0], (words[1],), tuple(words[2:]))
