"""Shares out the memory of hosts among Hadoop's daemons and YARN's containers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Heap of each part's daemon: percent of the host's memory, least and most MiB.
HEAPS = {
    "namenode": (25, 256, 16384),
    "resourcemanager": (12, 256, 8192),
    "history": (8, 192, 2048),
    "datanode": (5, 192, 4096),
    "nodemanager": (5, 192, 2048),
}
BEYOND_HEAP_MB = 128  # what a JVM takes for itself
STEP_MB = 128  # YARN gives memory in such steps


def host_sizes(parts: list[str], memory_mb: int, cpus: int, heaps: Mapping[str, Any]) -> dict[str, Any]:
    """Heaps of a host's daemons by part, and what its node manager can give to containers."""
    heap = {}
    for part in parts:
        percent, least, most = HEAPS[part]
        heap[part] = int(heaps.get(part) or min(most, max(least, memory_mb * percent // 100)))
    system = max(256, memory_mb // 10)
    left = memory_mb - system - sum(heap.values()) - BEYOND_HEAP_MB * len(heap)
    # A task needs a place beside its application's master also where there is one CPU.
    return {"heap_mb": heap, "containers_mb": max(0, left // STEP_MB * STEP_MB), "vcores": max(2, cpus)}


def hadoop_sizes(
    groups: Mapping[str, list[str]], hostvars: Mapping[str, Any], heaps: Mapping[str, Any]
) -> dict[str, Any]:
    """`host_sizes` of every host that runs a daemon, by name; from the inventory alone."""
    parts: dict[str, list[str]] = {}
    for part in HEAPS:
        for host in groups.get(f"hadoop_{part}", []):
            parts.setdefault(str(host), []).append(part)
    return {
        host: host_sizes(
            found,
            int(hostvars[host].get("node_memory_mb") or 0),
            int(hostvars[host].get("node_cpus") or 0),
            heaps,
        )
        for host, found in parts.items()
    }


def hadoop_task_mb(sizes: list[dict[str, Any]]) -> int:
    """Memory of a task: as many as there are CPUs fit on the smallest of these hosts."""
    share = min((one["containers_mb"] // one["vcores"] for one in sizes), default=0)
    return max(256, min(4096, share // STEP_MB * STEP_MB))


class FilterModule:
    """Ansible's door to the filters."""

    def filters(self) -> dict[str, Any]:
        """The filters by name."""
        return {"hadoop_sizes": hadoop_sizes, "hadoop_task_mb": hadoop_task_mb}
