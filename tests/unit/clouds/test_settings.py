"""Settings held against a module's declarations, each problem at its place."""

from pathlib import Path

import pytest

from elasticluster_tf import clouds
from elasticluster_tf.errors import Problem
from tests.builders import catalogue, problems, write

VARIABLES = """\
variable "size" {
  description = "How large."
  type        = number
  default     = 4
  nullable    = false

  validation {
    condition     = var.size >= 1 && var.size <= 10
    error_message = "A size is 1 to 10."
  }
}

variable "network" {
  description = "Network."
  type        = string
  default     = null

  validation {
    condition     = (var.network == null) == (length(var.subnets) == 0)
    error_message = "Both or none."
  }
}

variable "subnets" {
  description = "Subnets."
  type        = list(string)
  default     = []
}

variable "shares" {
  description = "Shares."
  type = map(object({
    size = optional(number, 100)
    kind = optional(string, "a")
  }))
  default = {}

  validation {
    condition     = alltrue([for one in values(var.shares) : one.size >= (one.kind == "b" ? 200 : 100)])
    error_message = "At least 100, of kind b 200."
  }
}

variable "node_settings" {
  description = "Options."
  type = map(object({
    price = optional(number)
    slots = optional(map(number), {})
  }))
  default = {}

  validation {
    condition     = alltrue([for one in values(var.node_settings) : one.price == null ? true : one.price > 0])
    error_message = "More than 0."
  }

  validation {
    condition     = alltrue([for one in values(var.node_settings) : alltrue([for s in values(one.slots) : s < var.size])])
    error_message = "A slot is less than `size`."
  }
}
"""


def told(folder: Path, cloud: str, own: str = "") -> list[Problem]:
    write(folder, {"cloud.yaml": "title: Toy\n", "variables.tf": VARIABLES})
    known = catalogue(cloud=[clouds.load(folder)])
    group = f", settings: {{{folder.name}: {{{own}}}}}" if own else ""
    text = f"name: demo\ncloud: {{name: {folder.name}{cloud}}}\ngroups:\n  a: {{count: 1{group}}}\n"
    return problems(text, known)


@pytest.mark.parametrize(
    ("cloud", "own", "key", "message", "hint"),
    [
        (", size: 11", "", "cloud.size", "11 does not fit", "1 to 10"),
        (", size: big", "", "cloud.size", "a number is wanted", "How large."),
        (", network: n", "", "cloud.network", "'n' does not fit", "Both"),
        (", subnets: [s]", "", "cloud.subnets", "['s'] does not fit", "Both"),
        (", shares: {x: {size: 99}}", "", "cloud.shares.x", "does not fit", "At least"),
        (", shares: {x: {kind: b}}", "", "cloud.shares.x", "does not fit", "of kind b 200"),
        (", shares: {x: {kin: b}}", "", "cloud.shares.x.kin", "unknown key", "`kind`"),
        ("", "price: 0", "groups.a.settings.toy.price", "0 does not fit", "More than 0."),
        ("", "slots: {x: 4}", "groups.a.settings.toy.slots", "does not fit", "less than `size`"),
        ("", "price: low", "groups.a.settings.toy.price", "a number is wanted", "Options."),
    ],
)
def test_what_does_not_fit(tmp_path: Path, cloud: str, own: str, key: str, message: str, hint: str) -> None:
    (problem,) = told(tmp_path / "toy", cloud, own)
    assert problem.key == key and message in problem.message and hint in problem.hint
    assert problem.place and problem.place.line == (4 if own else 2)


@pytest.mark.parametrize(
    ("cloud", "own"),
    [
        ("", ""),
        (", size: null", ""),
        (", network: n, subnets: [s]", ""),
        (", shares: {x: {}, y: {size: 200, kind: b}}", ""),
        (", size: 8", "price: 0.5, slots: {x: 7}"),
        ("", "price: null"),
    ],
)
def test_what_fits(tmp_path: Path, cloud: str, own: str) -> None:
    assert told(tmp_path / "toy", cloud, own) == []
