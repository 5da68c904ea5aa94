"""Written by ectf; changes made here are lost.

What the cluster file asks of qmaster, as objects in the formats that qconf reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Wanted = dict[str, Any]

QUEUE = {
    "seq_no": "0",
    # A worker has as many slots as processors, which bound its load.
    "load_thresholds": "NONE",
    "suspend_thresholds": "NONE",
    "nsuspend": "1",
    "suspend_interval": "00:05:00",
    "priority": "0",
    "min_cpu_interval": "00:05:00",
    "processors": "UNDEFINED",
    "qtype": "BATCH INTERACTIVE",
    "ckpt_list": "NONE",
    "rerun": "FALSE",
    "tmpdir": "/tmp",  # noqa: S108 - Grid Engine makes a folder for each job there
    "shell": "/bin/bash",
    "prolog": "NONE",
    "epilog": "NONE",
    # A script's first line says what runs it.
    "shell_start_mode": "unix_behavior",
    "starter_method": "NONE",
    "suspend_method": "NONE",
    "resume_method": "NONE",
    "terminate_method": "NONE",
    "notify": "00:00:60",
    "owner_list": "NONE",
    "user_lists": "NONE",
    "xuser_lists": "NONE",
    "subordinate_list": "NONE",
    "complex_values": "NONE",
    "projects": "NONE",
    "xprojects": "NONE",
    "calendar": "NONE",
    "initial_state": "default",
    **{
        f"{kind}_{limit}": "INFINITY"
        for limit in ("rt", "cpu", "fsize", "data", "stack", "core", "rss", "vmem")
        for kind in ("s", "h")
    },
}
ENVIRONMENT = {
    "user_lists": "NONE",
    "xuser_lists": "NONE",
    "start_proc_args": "NONE",
    "stop_proc_args": "NONE",
    # Tasks on other hosts are started, counted and ended by Grid Engine.
    "control_slaves": "TRUE",
    "job_is_first_task": "FALSE",
    "urgency_slots": "min",
    "accounting_summary": "FALSE",
    "qsort_args": "NONE",
}
EVERY = "@allhosts"


@dataclass(frozen=True)
class Object:
    """A thing that qmaster knows by kind and name, and the text of its file."""

    kind: str
    name: str
    text: str


def objects(wanted: Wanted) -> list[Object]:
    """Everything the file asks for; what others refer to comes first."""
    return [
        *[user_list(one) for one in wanted["user_lists"]],
        *[environment(one) for one in wanted["parallel_environments"]],
        *host_groups(wanted),
        *[queue(wanted, one) for one in wanted["queues"]],
        *[quota(one) for one in wanted["resource_quotas"]],
    ]


def lines(settings: dict[str, str]) -> str:
    """A file of keys and values."""
    return "".join(f"{key:<18} {value}\n" for key, value in settings.items())


def values(settings: dict[str, Any]) -> dict[str, str]:
    """Settings of the cluster file as qconf writes them."""
    return {
        key: str(value).upper() if isinstance(value, bool) else str(value) for key, value in settings.items()
    }


def user_list(one: dict[str, Any]) -> Object:
    """A list of users and groups that queues and quotas name."""
    settings = {"name": one["name"], "type": "ACL", "fshare": "0", "oticket": "0"}
    return Object("user list", one["name"], lines({**settings, "entries": ",".join(one["users"]) or "NONE"}))


def environment(one: dict[str, Any]) -> Object:
    """A parallel environment."""
    head = {"pe_name": one["name"], "slots": str(one.get("slots") or 99999)}
    given = {"allocation_rule": one["allocation_rule"], **values(one.get("settings") or {})}
    return Object("parallel environment", one["name"], lines({**head, **ENVIRONMENT, **given}))


def node_groups(wanted: Wanted) -> dict[str, list[str]]:
    """The workers of every node group."""
    found: dict[str, list[str]] = {}
    for name, worker in sorted(wanted["workers"].items()):
        found.setdefault(worker["group"], []).append(name)
    return found


def spelled(wanted: Wanted, names: list[str]) -> list[str]:
    """Node groups as qmaster calls them; workers and other host groups stay."""
    groups = node_groups(wanted)
    return [f"@{name}" if name in groups else name for name in names]


def host_groups(wanted: Wanted) -> list[Object]:
    """One group for every node group, one for all, and those of the file."""
    groups = node_groups(wanted)
    found = {f"@{name}": hosts for name, hosts in groups.items()}
    found[EVERY] = sorted(found)
    found |= {f"@{one['name']}": spelled(wanted, one["hosts"]) for one in wanted["host_groups"]}
    return [Object("host group", name, _host_group(name, hosts)) for name, hosts in found.items()]


def _host_group(name: str, hosts: list[str]) -> str:
    rows = [" ".join(hosts[start : start + 8]) for start in range(0, len(hosts), 8)]
    return lines({"group_name": name, "hostlist": " \\\n".join(rows) or "NONE"})


def members(wanted: Wanted, names: list[str]) -> set[str]:
    """The workers that these groups and workers come to."""
    inner = {f"@{name}": hosts for name, hosts in node_groups(wanted).items()}
    inner |= {f"@{one['name']}": spelled(wanted, one["hosts"]) for one in wanted["host_groups"]}
    inner[EVERY] = list(wanted["workers"])
    found: set[str] = set()
    for name in names:
        found |= members(wanted, inner[name]) if name in inner else {name}
    return found


def slots_of(wanted: Wanted, name: str) -> int:
    """How many slots a worker has."""
    return max(1, int(wanted["workers"][name]["cpus"] * wanted["slots_per_cpu"]))


def queue(wanted: Wanted, one: dict[str, Any]) -> Object:
    """A cluster queue."""
    hosts = spelled(wanted, one.get("hosts") or []) or [EVERY]
    named = one.get("parallel_environments")
    if named is None:
        named = [other["name"] for other in wanted["parallel_environments"]]
    settings = {
        "qname": one["name"],
        "hostlist": " ".join(hosts),
        **QUEUE,
        "slots": str(one["slots"]) if one.get("slots") else _slots(wanted, members(wanted, hosts)),
        "pe_list": " ".join(named) or "NONE",
        "user_lists": " ".join(one.get("user_lists") or []) or "NONE",
        "h_rt": str(one.get("max_time") or "INFINITY"),
        "h_vmem": f"{one['max_memory_mb']}M" if one.get("max_memory_mb") else "INFINITY",
    }
    return Object("queue", one["name"], lines({**settings, **values(one.get("settings") or {})}))


def _slots(wanted: Wanted, hosts: set[str]) -> str:
    """A number for each node group, or for each worker of a group whose workers differ."""
    found = ["1"]
    for group, names in node_groups(wanted).items():
        there = [name for name in names if name in hosts]
        if len({slots_of(wanted, name) for name in names}) == 1 and there:
            found.append(f"[@{group}={slots_of(wanted, names[0])}]")
        else:
            found += [f"[{name}={slots_of(wanted, name)}]" for name in there]
    return ",".join(found)


def quota(one: dict[str, Any]) -> Object:
    """A set of resource quotas."""
    head = {"name": one["name"], "description": one.get("description") or "NONE"}
    rows = [*head.items(), ("enabled", "TRUE"), *(("limit", limit) for limit in one["limits"])]
    text = "".join(f"   {key:<12} {value}\n" for key, value in rows)
    return Object("resource quota set", one["name"], "{\n" + text + "}\n")


def capacities(wanted: Wanted, name: str) -> str:
    """What a worker has to give, over all queues."""
    worker = wanted["workers"][name]
    memory = worker["memory_mb"] * wanted["memory_percent"] // 100
    found = f"slots={slots_of(wanted, name)},mem_free={memory}M"
    return f"{found},gpu={worker['gpus']}" if worker["gpus"] else found


def resources(wanted: Wanted) -> dict[str, str]:
    """Rows of qmaster's table of resources: memory that is counted, and GPUs."""
    default = f"{wanted['default_memory_mb']}M" if wanted["default_memory_mb"] else "0"
    # Not h_vmem: what is counted is asked for by every job, and h_vmem=0 would leave a job 10 MB.
    rows = {"mem_free": f"mem_free mf MEMORY <= YES YES {default} 0"}
    if any(worker["gpus"] for worker in wanted["workers"].values()):
        rows["gpu"] = "gpu gpu INT <= YES YES 0 0"
    return rows
