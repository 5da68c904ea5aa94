"""Functions and operators of HCL that conditions may use, with Terraform's meaning."""

import ipaddress
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any


class Unjudged(Exception):
    """Something is not understood, or not known here."""


class Fault(Exception):
    """What Terraform calls an error in an expression."""


def same(first: Any, second: Any) -> bool:
    """Terraform's `==`: values of different types differ, and true is not 1."""
    return isinstance(first, bool) is isinstance(second, bool) and bool(first == second)


def _number(one: Any) -> float:
    if isinstance(one, bool) or not isinstance(one, int | float):
        raise Fault("a number is wanted")
    return one


def _of_numbers(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda first, second: function(_number(first), _number(second))


def _alltrue(items: Sequence[Any]) -> bool:
    return all(one is True for one in items)


def _coalesce(*items: Any) -> Any:
    for one in items:
        if one is not None and one != "":
            return one
    raise Fault("all are null")


def _distinct(items: Sequence[Any]) -> list[Any]:
    return [one for at, one in enumerate(items) if one not in items[:at]]


def _join(between: str, items: Sequence[Any]) -> str:
    if not all(isinstance(one, str) for one in items):
        raise Unjudged("a number as text")
    return between.join(items)


def _regex(pattern: str, text: str) -> str:
    if "[[:" in pattern:  # classes of letters that are another thing in Python
        raise Unjudged(pattern)
    try:
        found = re.search(pattern, text, re.ASCII)
    except re.error as error:
        raise Unjudged(pattern) from error
    if not found:
        raise Fault("no match")
    return found[0]


def _network(prefix: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    if not re.search("/[0-9]+$", prefix):
        raise Fault("no CIDR range")
    return ipaddress.ip_network(prefix, strict=False)


def _cidrhost(prefix: str, number: int) -> str:
    return str(_network(prefix)[number])


def _cidrsubnet(prefix: str, bits: int, number: int) -> str:
    whole = _network(prefix)
    length = whole.prefixlen + bits
    if bits < 0 or number >= 2**bits:
        raise Fault("no such subnet")
    first = int(whole.network_address) + (number << (whole.max_prefixlen - length))
    return f"{ipaddress.ip_address(first) if whole.version == 4 else ipaddress.IPv6Address(first)}/{length}"


def _keys(held: Mapping[str, Any]) -> list[str]:
    return sorted(held)


def _values(held: Mapping[str, Any]) -> list[Any]:
    return [held[key] for key in sorted(held)]


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "alltrue": _alltrue,
    "cidrhost": _cidrhost,
    "cidrsubnet": _cidrsubnet,
    "coalesce": _coalesce,
    "contains": lambda items, one: any(same(item, one) for item in items),
    "distinct": _distinct,
    "floor": lambda one: math.floor(_number(one)),
    "join": _join,
    "keys": _keys,
    "length": len,
    "regex": _regex,
    "startswith": str.startswith,
    "values": _values,
    "<": _of_numbers(operator.lt),
    "<=": _of_numbers(operator.le),
    ">": _of_numbers(operator.gt),
    ">=": _of_numbers(operator.ge),
    "+": _of_numbers(operator.add),
    "-": _of_numbers(operator.sub),
    "*": _of_numbers(operator.mul),
    "/": _of_numbers(operator.truediv),
    "%": _of_numbers(math.fmod),
}
