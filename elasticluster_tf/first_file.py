"""The first cluster file that `ectf init` writes: commented, and valid but for what only the user knows."""

import json
import re
from pathlib import Path
from typing import Any

from elasticluster_tf import templating
from elasticluster_tf.checks import Catalogue
from elasticluster_tf.clouds import CloudFacts
from elasticluster_tf.errors import InputError, Problem, did_you_mean
from elasticluster_tf.software import Software


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
        "name": _name(file, place.facts),
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
        "software": [_software(one) for one in chosen],
    }
    return templating.render("cluster.yaml.j2", values)


def _name(file: Path, facts: CloudFacts) -> str:
    """A cluster name from the file's, or from its folder's when the file is `cluster.yaml`."""
    stem = file.stem if file.stem != "cluster" else file.absolute().parent.name
    word = re.sub(r"[^a-z0-9-]+", "-", stem.lower())[: facts.name_limit].strip("-")
    fits = re.match(r"[a-z]", word) and (facts.name_rule is None or facts.name_rule.fits(word))
    return word if fits else "demo"


def _software(one: Software) -> dict[str, Any]:
    """Parts that take one node go to the frontend, parts that take many to the workers."""
    return {
        "name": one.name,
        "title": one.facts.title,
        "parts": [
            {
                "name": part,
                "group": "frontend" if fact.max == 1 or not fact.min else "compute",
                "used": fact.min > 0,
                "description": fact.description,
            }
            for part, fact in one.facts.parts.items()
        ],
        "required": [variable for variable in one.variables.values() if variable.required],
    }
