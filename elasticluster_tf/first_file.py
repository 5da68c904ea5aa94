"""The first cluster file that `ectf init` writes: commented, and valid as it stands."""

import json
import re
from pathlib import Path

from elasticluster_tf import templating
from elasticluster_tf.checks import Catalogue
from elasticluster_tf.errors import InputError, Problem, did_you_mean


def compose(file: Path, cloud: str, software: tuple[str, ...], known: Catalogue) -> str:
    """The text of the file. Raises InputError for a cloud or software there is not."""
    problems = [
        Problem(f"there is no {kind} `{name}`", option, None, did_you_mean(name, list(among)))
        for kind, option, among, names in (
            ("cloud", "--cloud", known.clouds, (cloud,)),
            ("software", "--software", known.software, software),
        )
        for name in names
        if name not in among
    ]
    if problems:
        raise InputError(problems)
    place = known.clouds[cloud]
    chosen = [known.software[name] for name in software]
    images = sorted(place.facts.images) or ["debian-12"]
    fitting = [
        image
        for image in images
        if all(not one.facts.supported or image in one.facts.supported for one in chosen)
    ]
    values = {
        "name": _name(file, place.facts.name_limit),
        "cloud": cloud,
        "title": place.facts.title,
        "settings": [
            {
                "name": one.name,
                "description": one.description,
                "example": json.dumps(place.facts.example.get(one.name, one.default)),
                "required": one.required or one.name in place.facts.per_node_settings,
            }
            for one in place.variables.values()
        ],
        "image": (fitting or images)[0],
        "images": images,
        "software": [_software(one.name, one.facts) for one in chosen],
    }
    return templating.render("cluster.yaml.j2", values)


def _name(file: Path, longest: int) -> str:
    """A cluster name from the file's, or from its folder's when the file is `cluster.yaml`."""
    stem = file.stem if file.stem != "cluster" else file.absolute().parent.name
    word = re.sub(r"[^a-z0-9-]+", "-", stem.lower())[:longest].strip("-")
    return word if re.match(r"[a-z]", word) else "demo"


def _software(name: str, facts: object) -> dict[str, object]:
    """Parts that take one node go to the frontend, parts that take many to the workers."""
    parts = getattr(facts, "parts", {})
    return {
        "name": name,
        "title": getattr(facts, "title", name),
        "parts": [
            {
                "name": part,
                "group": "frontend" if fact.max == 1 or not fact.min else "compute",
                "used": fact.min > 0,
                "description": fact.description,
            }
            for part, fact in parts.items()
        ],
    }
