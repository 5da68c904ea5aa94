"""A cluster as a program embeds it, with real Terraform on clouds that only remember."""

import json
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from elasticluster_tf import Order
from elasticluster_tf.errors import EctfError, InputError, Refused, TooFewNodes
from elasticluster_tf.events import Notice, StageDone
from elasticluster_tf.plan import Plan
from tests.builders import BARE, Terrain, Told, echo, hosts, write

NAMES = ("compute001", "compute002", "compute003")


def ids(ground: Terrain) -> dict[str, str]:
    """What makes a machine the same machine, by node."""
    return {name: node.instance_id for name, node in ground.cluster().state().nodes.items()}


def never(found: Plan) -> bool:
    pytest.fail("nobody should be asked")


def static(*names: str, **more: Any) -> dict[str, Any]:
    groups: dict[str, Any] = {}
    for name in names:
        groups.setdefault(name[:-3], {"count": 0})["count"] += 1
    return {"name": "demo", "cloud": {"name": "static", "hosts": hosts(*names)}, "groups": groups, **more}


def test_up_again_and_down(tmp_path: Path) -> None:
    ground = Terrain(tmp_path)
    data = static("frontend001", "compute001", "compute002")
    report = ground.up(data)
    assert report.nodes == ("frontend001", "compute001", "compute002")
    assert (report.applied, report.missing, report.first_node) == (True, (), "frontend001")
    assert report.plan.infrastructure.count("create") == 3
    assert [event.stage for event in ground.told if isinstance(event, StageDone)] == [
        "render",
        "plan",
        "apply",
    ]
    before = ids(ground)

    again = ground.up(data, never)
    assert not again.applied
    assert not again.plan.infrastructure.pending
    assert ids(ground) == before

    gone = ground.cluster().down(bool)
    assert (gone.cluster, gone.destroyed, gone.unchecked) == ("demo", 3, ("static",))
    assert ground.state()["resources"] == []
    left = {path.name for path in ground.workdir.iterdir()}
    assert {"keep", "runs"} <= left
    assert not {"modules", "ansible", ".terraform"} & left
    nothing = ground.cluster().down(never)
    assert nothing.destroyed == 0


def test_the_middle_node_goes_alone(three: Terrain) -> None:
    ground, before = three, ids(three)
    shown: list[Plan] = []
    smaller = echo(groups={"compute": {"count": 2, "exclude": ["compute002"]}})
    report = ground.up(smaller, lambda found: not shown.append(found))  # type: ignore[func-returns-value]
    assert [(one.name, one.action) for one in shown[0].infrastructure.nodes] == [("compute002", "destroy")]
    assert report.nodes == ("compute001", "compute003")
    assert ids(ground) == {name: before[name] for name in ("compute001", "compute003")}
    ground.up(echo(3))
    assert {name: ids(ground)[name] == old for name, old in before.items()} == {
        "compute001": True,
        "compute002": False,
        "compute003": True,
    }


def test_a_plan_changes_nothing(tmp_path: Path) -> None:
    ground = Terrain(tmp_path)
    found = ground.cluster(echo(2)).plan().infrastructure
    assert found.count("create") == 2
    assert not (ground.workdir / "keep" / "terraform.tfstate").exists()
    assert stat.S_IMODE((ground.workdir / "keep" / "secret").stat().st_mode) == 0o600


def test_no_is_no(tmp_path: Path) -> None:
    ground = Terrain(tmp_path)
    with pytest.raises(Refused, match="nothing was changed") as caught:
        ground.up(echo(1), lambda found: False)
    assert caught.value.exit_code == 3
    assert not ground.cluster().state().exists


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cloud": {"name": "static", "hosts": hosts(*NAMES)}}, "exists in the cloud `echo`, not in `static`"),
        ({"cloud": {"name": "echo", "alias": "other"}}, "exists in the cloud `echo`, not in `other`"),
        ({"cloud": {"name": "echo", "region": "south"}}, "exists with region 'north', not 'south'"),
        ({"cloud": {"name": "static", "alias": "echo", "hosts": hosts(*NAMES)}}, "is the cloud `echo`, not `static`"),
    ],
)  # fmt: skip
def test_the_same_name_elsewhere_is_refused(change: dict[str, Any], message: str, three: Terrain) -> None:
    for ask in (three.cluster(echo(3, **change)).plan, three.cluster(echo(3, **change)).configure):
        with pytest.raises(Refused, match="demo") as caught:
            ask()
        assert message in caught.value.message
        assert caught.value.where.startswith(f"{three.folder}/cluster.yaml:")
        assert "--allow move-cluster" in caught.value.hint


def test_a_cluster_moves_when_that_is_allowed(three: Terrain) -> None:
    three.up(static("compute001"), allow=frozenset({"move-cluster"}))
    state = three.cluster().state()
    assert (state.default_cloud, list(state.nodes)) == ("static", ["compute001"])
    assert {resource.module for resource in state.resources} == {"", "module.static"}


def test_another_cluster_s_work_folder_is_refused(three: Terrain) -> None:
    with pytest.raises(Refused, match="is of the cluster `demo`"):
        three.cluster(echo(1, name="other"), given_workdir=three.workdir).plan()


def test_a_cloud_that_no_group_names_any_more_is_emptied(tmp_path: Path) -> None:
    ground = Terrain(tmp_path)
    there = {"count": 1, "cloud": {"name": "static", "hosts": hosts("compute001")}}
    ground.up(echo(groups={"head": {"count": 1}, "compute": there}))
    users = {name: node.ssh_user for name, node in ground.cluster().state().nodes.items()}
    assert users == {"head001": "admin", "compute001": "debian"}  # one image, but each cloud's own user
    before = ids(ground)
    report = ground.up(echo(groups={"head": {"count": 1}}))
    assert [(one.name, one.action) for one in report.plan.infrastructure.nodes] == [("compute001", "destroy")]
    assert ids(ground) == {"head001": before["head001"]}
    forgotten = ground.up(echo(groups={"head": {"count": 1}})).plan
    assert not forgotten.infrastructure.changes
    assert forgotten.infrastructure.nodes == ()
    assert ground.up(echo(groups={"head": {"count": 1}}), never).plan.infrastructure.changes == 0


def test_more_nodes_than_the_guard_allows(tmp_path: Path) -> None:
    ground = Terrain(tmp_path)
    cluster = ground.cluster(echo(3, guard={"max_nodes": 2}))
    assert [one.message for one in cluster.plan().risks if one.forbids] == [
        "3 nodes are more than guard.max_nodes (2)"
    ]
    with pytest.raises(Refused, match=r"1 rule\(s\) forbid this plan") as caught:
        cluster.up(never)
    assert (caught.value.hint, caught.value.exit_code) == ("--allow max-nodes overrules", 3)
    assert not cluster.state().exists
    overruled = replace(ground.cluster(), allow=frozenset({"max-nodes"}))
    assert len(overruled.up(bool, Order(configure=False)).nodes) == 3
    assert [one.message for one in ground.told if isinstance(one, Notice)] == [
        "overruled by --allow max-nodes: 3 nodes are more than guard.max_nodes (2)"
    ]
    with pytest.raises(InputError, match="there is no rule `max-node`"):
        replace(ground.cluster(), allow=frozenset({"max-node"})).plan()


def test_what_is_protected_stays_even_in_down(tmp_path: Path) -> None:
    ground = Terrain(tmp_path)
    ground.up(echo(2, protect=["compute002"]))
    with pytest.raises(Refused, match="forbid this plan") as caught:
        ground.cluster().down(never)
    assert (
        caught.value.detail == "protected: compute002 is protected (take it out of `protect:` if it may go)"
    )
    assert len(ground.cluster().state().nodes) == 2


def test_rules_of_the_user_s_own(tmp_path: Path) -> None:
    ground = Terrain(tmp_path)
    rule = {
        "name": "no-third-node",
        "deny": "plan.infrastructure.nodes.filter(n, n.name == 'compute003').map(n, n.name)",
        "message": "two are enough",
    }
    write(tmp_path, {"policy/own.yaml": json.dumps({"rules": [rule]})})
    assert not [one for one in ground.cluster(echo(2)).plan().risks if one.forbids]
    (verdict,) = [one for one in ground.cluster(echo(3)).plan().risks if one.forbids]
    assert (verdict.rule, verdict.message, verdict.subjects) == (
        "no-third-node",
        "two are enough",
        ("compute003",),
    )
    with pytest.raises(Refused):
        ground.up()
    softer = echo(3, guard={"rules": {"no-third-node": "warning"}})
    assert [one.level for one in ground.cluster(softer).plan().risks if one.outcome == "failed"] == [
        "warning"
    ]


def test_limits_name_nodes_of_the_file(tmp_path: Path) -> None:
    cluster = Terrain(tmp_path).cluster(echo(1))
    order = Order(limit=["compute01"])
    for act in (
        lambda: cluster.configure(order),
        lambda: cluster.up(never, order),
        lambda: cluster.plan(order),
    ):
        with pytest.raises(InputError, match="--limit: there is no node `compute01`") as caught:
            act()
        assert caught.value.problems[0].hint == "did you mean `compute001`?"


def failing(count: int, *names: str, **group: Any) -> dict[str, Any]:
    return echo(cloud={"name": "echo", "fails": list(names)}, groups={"compute": {"count": count, **group}})


def test_fewer_nodes_than_wanted_will_do_when_the_group_says_so(tmp_path: Path) -> None:
    ground = Terrain(tmp_path)
    report = ground.up(failing(3, "compute002", min=2))
    assert (report.nodes, report.missing) == (("compute001", "compute003"), ("compute002",))
    (notice,) = [event for event in ground.told if isinstance(event, Notice)]
    assert "going on without compute002" in notice.message
    assert "no room" in notice.message
    before = ids(ground)
    mended = ground.up(failing(3, min=2))
    assert [(one.name, one.action, one.reason) for one in mended.plan.infrastructure.nodes] == [
        ("compute002", "replace", "it was not made whole")
    ]
    assert {name: ids(ground)[name] for name in before} == before


def test_too_few_nodes_are_an_error_of_their_own(tmp_path: Path) -> None:
    ground = Terrain(tmp_path)
    with pytest.raises(
        TooFewNodes, match=r"`compute` has 2 of at least 3 nodes; missing: compute002"
    ) as caught:
        ground.up(failing(3, "compute002"))
    assert (caught.value.exit_code, caught.value.where) == (7, "compute")
    assert "no room" in caught.value.detail
    assert [(one.name, one.state) for one in ground.cluster().nodes()] == [
        ("compute001", "built"),
        ("compute002", "missing"),
        ("compute003", "built"),
    ]


def test_nodes_of_file_and_state(three: Terrain) -> None:
    found = three.cluster(echo(groups={"compute": {"count": 2}, "new": {"count": 1}})).nodes()
    assert [(one.name, one.group, one.state) for one in found] == [
        ("compute001", "compute", "built"),
        ("compute002", "compute", "built"),
        ("new001", "new", "missing"),
        ("compute003", "compute", "surplus"),
    ]
    assert (found[0].ssh, found[0].cloud, found[0].address) == ("admin@192.0.2.1:22", "echo", "192.0.2.1")


def test_the_inventory_is_of_the_state_and_never_empty(tmp_path: Path) -> None:
    with pytest.raises(EctfError, match="no node of `demo` is built") as caught:
        Terrain(tmp_path).cluster(echo(1)).inventory()
    assert caught.value.hint == "`ectf up` builds them"


def test_the_inventory_comes_with_what_ssh_needs(three: Terrain) -> None:
    for name in ("ssh_config", "login_key"):
        (three.workdir / name).unlink()
    found = three.cluster().inventory()
    assert list(found["all"]["children"]["compute"]["hosts"]) == list(NAMES)
    assert "compute001" in (three.workdir / "ssh_config").read_text(encoding="utf-8")
    assert stat.S_IMODE((three.workdir / "login_key").stat().st_mode) == 0o600


def test_reading_takes_no_lock_and_writes_no_log(three: Terrain) -> None:
    cluster = three.cluster()
    runs = sorted((three.workdir / "runs").iterdir())
    with cluster.workdir.lock("up", Told()):
        assert [one.state for one in cluster.nodes()] == ["built"] * 3
    assert sorted((three.workdir / "runs").iterdir()) == runs


def test_a_run_is_refused_while_another_holds_the_lock(tmp_path: Path) -> None:
    ground = Terrain(tmp_path)
    cluster = ground.cluster(echo(1))
    with (
        cluster.workdir.lock("up", Told()),
        pytest.raises(Refused, match="`up` holds this cluster's lock: process"),
    ):
        cluster.plan()


def test_a_group_of_no_nodes_needs_no_connection(tmp_path: Path) -> None:
    ground = Terrain(tmp_path)
    report = ground.cluster(echo(0)).up(bool)  # configuring nothing is no work
    assert (report.nodes, report.configuration, report.first_node) == ((), None, "")


def test_a_complaint_of_terraform_s_about_a_value_is_a_problem_of_the_file(tmp_path: Path) -> None:
    ground = Terrain(tmp_path)
    data = echo(1)
    data["cloud"]["jump"] = "nobody"
    with pytest.raises(InputError) as caught:
        ground.cluster(data).plan()
    (problem,) = caught.value.problems
    assert (problem.key, problem.message) == ("cloud.jump", "Somebody is wanted.")
    assert problem.hint == "The node to jump through."
    assert problem.place is not None
    assert problem.place.line > 1


def test_rendered_files_do_not_depend_on_where_they_are(tmp_path: Path) -> None:
    one, other = (Terrain(tmp_path / name) for name in ("one", "other"))
    for ground in (one, other):
        ground.folder.mkdir()
    found = one.cluster(echo(2)).rendered()
    assert found == other.cluster(echo(2)).rendered()
    assert str(tmp_path) not in json.dumps(found)


def test_the_login_key_of_the_user_s_own(tmp_path: Path) -> None:
    ground = Terrain(tmp_path)
    data = echo(1, ssh={"private_key": "keys/id"})
    with pytest.raises(InputError, match=r"ssh.private_key: can't read .*keys/id.pub") as caught:
        ground.up(data)
    assert "ssh-keygen" in caught.value.problems[0].hint
    write(tmp_path, {"keys/id.pub": "ssh-ed25519 AAAA mine\n"})
    ground.up(data)
    assert ground.cluster().state().ssh_public_key == "ssh-ed25519 AAAA mine"
    assert not (ground.workdir / "login_key").exists()
    assert ground.cluster().access.identity == tmp_path / "keys/id"


def test_the_secret_of_the_environment_is_written_nowhere(tmp_path: Path) -> None:
    secret = "canary-of-the-environment"
    ground = Terrain(tmp_path, {**BARE, "ECTF_SECRET": secret})
    ground.up(echo(1))
    assert not (ground.workdir / "keep" / "secret").exists()
    everything = [path for path in ground.folder.rglob("*") if path.is_file()]
    assert not [path for path in everything if secret in path.read_text(encoding="utf-8", errors="replace")]
    # Whoever has not the secret can still plan: the state knows the public half of the login key.
    assert Terrain(tmp_path).cluster(echo(2)).plan().infrastructure.changes == 1
