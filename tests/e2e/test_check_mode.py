"""Every software in check mode: on bare hosts nothing fails and nothing is written, on configured ones nothing is to do.

Each cluster goes through all tests, one after the other, before the next one begins. All software that can stand together
does; each of its parts has hosts as its software.yaml wants them.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf.software import Part
from tests.archives import archive as assembled
from tests.builders import shipped
from tests.e2e import test_jupyterhub, test_lmod, test_openpbs, test_torque
from tests.e2e.archives import archive, sum_of
from tests.e2e.conftest import REPOSITORY, Folder, leftovers, podman

pytestmark = [pytest.mark.podman, pytest.mark.long]
Make = Callable[[str], Folder]
Values = dict[str, Any]

GROUPS = ("frontend", "compute", "login")
SOFTWARE = {name: one.facts for name, one in shipped().software.items()}
GIVEN = shipped().clouds["local"].facts.gives or ()
# They need what this cluster lacks: storage that two controllers share, a certificate, SLURM jobs as servers.
LEFT_OUT = {"slurm": ("backup",), "jupyterhub": ("public", "node")}
# What hosts write of themselves, and apt to read its lists faster; Ansible's own folders.
OWN = (
    *("/var/log", "/tmp", "/var/tmp", "/var/lib/systemd", "/var/cache/apt"),
    *("/root/.ansible", "/home/debian/.ansible"),
)
PRUNED = [word for path in OWN for word in ("-path", path, "-prune", "-o")]
# Folders change when something in them does, which is seen by itself.
FOUND = ("find", "/", "-xdev", *PRUNED, "-type", "d", "-printf", "%p %m %u\\n", "-o", "-printf", "%p %C@\\n")
STARTS = ("systemctl", "show", "--type=service", "--state=active", "--property=Id,InvocationID", "*")
# What roles write for ectf's own use.
PROGRAMS = (
    "*/*/health*",
    "*/templates/hook*",
    "*/templates/drain*",
    "*/templates/resume*",
    "*/templates/manage*",
)


def archive_of(software: str) -> Values:
    found = assembled(software)
    return {f"{software}_archive": str(found.path), f"{software}_archive_sha512": found.sha512}


def openpbs(folder: Path) -> Values:
    made = folder / "openpbs.tar.gz"
    units = {"lib/systemd/system/pbs.service": test_openpbs.UNIT}
    archive(made, "openpbs", "opt/pbs", test_openpbs.PROGRAMS, units)
    return {"openpbs_archive_url": str(made), "openpbs_archive_sha256": sum_of(made)}


def torque(folder: Path) -> Values:
    made = test_torque.stand_in(folder / "torque.tar.gz")
    return {"torque_archive_url": str(made), "torque_archive_sha256": sum_of(made)}


def nothing(_: Path) -> Values:
    return {}


# What each is told, as far as it does nothing without or does more with it.
VARIABLES: Mapping[str, Callable[[Path], Values]] = {
    "glusterfs": lambda _: {"glusterfs_volumes": [{"name": "shared", "mount": "/shared", "mode": "1777"}]},
    "hadoop": lambda _: archive_of("hadoop") | {
        # This machine's disk is shared and may be rather full.
        "hadoop_yarn_site": {"yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage": 99.9}
    },
    "jupyterhub": lambda _: {"jupyterhub_tls": "self-signed"},
    "lmod": lambda folder: test_lmod.variables(Folder(folder, "lmod")),
    "nfs": lambda _: {"nfs_exports": [{"name": "home", "mount": "/srv/home", "mode": "1777"}]},
    "openpbs": openpbs,
    "sharedfs": lambda _: {
        "sharedfs_mounts": [{"name": "scratch", "mount": "/scratch", "source": "/var/tmp", "type": "bind", "mode": "1777"}]
    },
    "slurm": lambda _: {"slurm_rest": True, "slurm_accounts": [{"name": "lab"}], "slurm_prolog": "#!/bin/sh\ntrue\n"},
    "spark": lambda _: archive_of("spark"),
    "torque": torque,
    "users": lambda _: {
        "users_groups": [{"name": "lab", "gid": 5000}],
        "users_accounts": [{"name": "alice", "uid": 5001, "group": "lab", "sudo": True}],
    },
}  # fmt: skip


def clusters() -> list[tuple[str, ...]]:
    """As few as conflicts ask for, evenly filled; and, alone, each software that this machine can't run."""
    order = list(TopologicalSorter({name: one.after for name, one in SOFTWARE.items()}).static_order())
    found: list[list[str]] = []
    for name in sorted(SOFTWARE, key=lambda name: len(SOFTWARE[name].conflicts), reverse=True):
        fitting = [one for one in found if not {*SOFTWARE[name].conflicts}.intersection(one)]
        if not lacking(name) and fitting:
            min(fitting, key=len).append(name)
        elif not lacking(name):
            found.append([name])
    alone = [(name,) for name in SOFTWARE if lacking(name)]
    return [tuple(sorted(one, key=order.index)) for one in found] + alone


def lacking(name: str) -> set[str]:
    """What a software needs of its hosts and containers of this machine have not."""
    return {need for part in SOFTWARE[name].parts.values() for need in part.needs} - set(GIVEN)


def group_of(part: Part) -> str:
    """Masters, what has to be there, and what may be there are on hosts of their own."""
    return "frontend" if part.max == 1 else "compute" if part.min else "login"


def described(folder: Path, members: Iterable[str]) -> Values:
    """The smallest cluster file with this software; JSON is YAML too."""
    software: Values = {"index": {"node": list(GROUPS)}}
    for name in members:
        parts = {
            part: one for part, one in SOFTWARE[name].parts.items() if part not in LEFT_OUT.get(name, ())
        }
        variables = VARIABLES.get(name, nothing)(folder)
        software[name] = {part: group_of(one) for part, one in parts.items()} | {"vars": variables}
    group = {"count": 1, "size": {"cpus": 2, "memory_gb": 4}, "image": "debian-12"}
    return {"name": "NAME", "groups": dict.fromkeys(GROUPS, group), "software": software}


@dataclass(frozen=True)
class Cluster:
    """A cluster of some software."""

    folder: Folder
    members: tuple[str, ...]

    @property
    def can_run(self) -> bool:
        return not any(map(lacking, self.members))

    def run(self, *words: str) -> dict[str, str]:
        """What a command says on each host, run as root."""
        label = f"label=ectf-cluster={self.folder.name}"
        names = podman("ps", "--format", "{{.Names}}", "--filter", label).split()
        assert len(names) == len(GROUPS)
        return {name: podman("exec", name, *words) for name in names}


@pytest.fixture(scope="module", params=clusters(), ids="+".join)
def cluster(request: pytest.FixtureRequest, make_folder: Make) -> Cluster:
    found = Cluster(make_folder("checkmode"), request.param)
    values = described(found.folder.path, found.members)
    test_jupyterhub.index_role(found.folder.path)
    if not found.can_run:
        able_cloud(found)
        values["cloud"] = {"name": "./able"}
    found.folder.write(json.dumps(values))
    return found


def able_cloud(cluster: Cluster) -> None:
    """A cloud beside the cluster file: `local`, but that it says to give what the software needs."""
    able = cluster.folder.path / "able"
    shutil.copytree(REPOSITORY / "terraform_modules" / "local", able)
    needs = sorted(set(GIVEN).union(*map(lacking, cluster.members)))
    asked = 'var.nodes["{{ name }}"].needs'
    replaced = {
        "cloud.yaml": (f"gives: [{', '.join(GIVEN)}]", f"gives: {json.dumps(needs)}"),
        # Podman is asked for what it has.
        "node.tf.j2": (asked, f"[for need in {asked} : need if contains({json.dumps(GIVEN)}, need)]"),
    }
    for name, (old, new) in replaced.items():
        text = (able / name).read_text(encoding="utf-8")
        assert old in text
        (able / name).write_text(text.replace(old, new), encoding="utf-8")


def test_a_check_of_bare_hosts_fails_nowhere_and_writes_nothing(cluster: Cluster) -> None:
    cluster.folder.ectf("up", "--yes", "--no-configure")
    failed, written = {}, {}
    before = cluster.run(*FOUND)
    for name in ("base", *cluster.members):
        ended = cluster.folder.play("--check", "--diff", "--tags", name)
        if ended.returncode or re.search("(rescued|ignored)=[1-9]", ended.stdout):
            failed[name] = f"{complaints(ended.stdout)}\n{ended.stderr}"
        after = cluster.run(*FOUND)
        if found := {host: new for host in after if (new := differing(before[host], after[host]))}:
            written[name] = found
        before = after
    assert not failed, "\n".join(f"{name}: {said}" for name, said in failed.items())
    assert not written, json.dumps(written, indent=1)


def differing(before: str, after: str) -> list[str]:
    return sorted({*before.splitlines()} ^ {*after.splitlines()})


def complaints(output: str) -> str:
    """The tasks that failed, with what they said."""
    tasks = re.split("^(?=TASK|RUNNING HANDLER|PLAY)", output, flags=re.MULTILINE)
    return "\n".join(task for task in tasks if re.search("^(fatal|failed):", task, re.MULTILINE))


def test_then_they_are_configured_and_a_check_finds_nothing_to_do(cluster: Cluster) -> None:
    if not cluster.can_run:
        pytest.skip("this machine can't run it")
    health = cluster.folder.ectf("up", "--yes", "--json").events()[-1]["health"]
    assert {one["software"] for one in health if one["healthy"]} == {
        name for name in cluster.members if SOFTWARE[name].health
    }
    report = cluster.folder.ectf("drift", "--json").json()
    assert (report["differences"], report["unjudged"]) == ([], {})


def test_new_programs_for_ectf_itself_restart_no_daemon(cluster: Cluster) -> None:
    """A new ectf brings other health checks and hooks; that is no reason to disturb jobs."""
    if not cluster.can_run:
        pytest.skip("this machine can't run it")
    roles = cluster.folder.workdir / "ansible" / "roles"
    for path in (path for pattern in PROGRAMS for path in roles.glob(pattern)):
        path.write_text(path.read_text(encoding="utf-8") + "\n# new\n", encoding="utf-8")
    before = cluster.run(*STARTS)
    ended = cluster.folder.play()
    assert ended.returncode == 0, complaints(ended.stdout)
    assert restarted(before, cluster.run(*STARTS)) == {}
    new = "".join(cluster.run("sh", "-c", "grep -rlx '# new' /usr/local/lib/ectf || true").values())
    assert [name for name in cluster.members if not re.search(rf"\b{name}\b", new)] == []


def restarted(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, set[str]]:
    """By host, the services that ran and were started since."""
    ran = {host: {one for one in text.split("\n\n") if "@" not in one} for host, text in before.items()}
    found = {
        host: {
            line
            for one in ran[host] - set(after[host].split("\n\n"))
            for line in one.splitlines()
            if line.startswith("Id=")
        }
        for host in before
    }
    return {host: names for host, names in found.items() if names}


def test_down_leaves_nothing(cluster: Cluster) -> None:
    cluster.folder.ectf("down", "--yes")
    assert leftovers(cluster.folder.name) == []
