"""`ectf validate`, `config`, `schema`: every problem with its place, its key and a hint."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from elasticluster_tf import cli
from tests.builders import ECHO, cluster_text, write

HERE = "▶"  # where a problem is expected to be shown; not part of the text
GROUPS = "groups: {frontend: {count: 1}, compute: {count: 2}}\n"
SLURM = "software: {slurm: {controller: frontend, worker: compute}}\n"
HEAD = "name: demo\n" + GROUPS

# Software of the user's own, beside the cluster file.
ROLES = {
    "roles/queue/software.yaml": "title: Queue\nparts: {head: {min: 1, max: 1}, arm: {min: 2, description: does the work}}\n"
    "conflicts: [web]\nsupported: [debian-12]\n",
    "roles/queue/meta/argument_specs.yml": "argument_specs: {main: {options: {queue_depth: {type: int},"
    " queue_mode: {type: str, choices: [fast, slow]}, queue_hosts: {type: list, elements: str}}}}\n",
    "roles/web/software.yaml": "title: Web\nparts: {server: {}}\nafter: [queue]\n",
    "roles/strict/software.yaml": "title: Strict\nparts: {node: {}}\n",
    "roles/strict/meta/argument_specs.yml": "argument_specs: {main: {options: {strict_site:"
    " {type: str, required: true, description: Name of the site.}}}}\n",
}
QUEUE = "queue: {head: frontend, arm: compute"


@dataclass(frozen=True)
class Bad:
    """A wrong file: what is wrong about it, its text with marks, and for each mark key, message, hint."""

    name: str
    text: str
    found: tuple[tuple[str, str, str], ...]

    def places(self) -> Iterator[tuple[int, int]]:
        """Line and column of each mark."""
        for row, line in enumerate(self.text.split("\n"), 1):
            rest, column = line, 0
            while HERE in rest:
                head, rest = rest.split(HERE, 1)
                column += len(head)
                yield row, column + 1

    @property
    def written(self) -> str:
        return self.text.replace(HERE, "")


def bad(name: str, text: str, *found: tuple[str, str, str]) -> Bad:
    return Bad(name, text, found)


def group(body: str) -> str:
    return f"name: demo\ngroups:\n  compute: {{{body}}}\n"


def nodes_of_echo(body: str) -> str:
    return f"name: demo\ncloud: {{name: {ECHO}}}\ngroups:\n  compute: {{{body}}}\n"


BAD = [
    # no YAML, or nothing that could be carried on
    bad("unclosed", "name: [a\n▶", ("", "this is no YAML", "")),
    bad("a tab", "▶\tname: demo\n", ("", "this is no YAML", "")),
    bad("two documents", "---\nname: a\n▶---\nname: b\n", ("", "expected a single document", "")),
    bad("a raw NUL", "name: de▶\0mo\n", ("", "special characters are not allowed", "")),
    bad("an escaped NUL", 'name: ▶"a\\0b"\n' + GROUPS, ("name", "U+0000 can't be carried", "")),
    bad("a lone surrogate", 'name: ▶"a\\ud800b"\n' + GROUPS, ("name", "U+D800 can't be carried", "")),
    bad("NUL in a key", HEAD + 'labels: {▶"a\\0b": x}\n', ("labels", "U+0000 can't be carried", "")),
    bad("not a number", HEAD + "cloud: {name: local, subnet: ▶.nan}\n", ("cloud.subnet", "nan", "")),
    bad("unknown tag", "name: ▶!secret x\n" + GROUPS, ("name", "this value can't be read", "")),
    bad("number that is none", "name: ▶!!int abc\n" + GROUPS, ("name", "this value can't be read", "")),
    bad("key twice", f"name: demo\n▶name: other\n{GROUPS}", ("name", "`name` stands here twice", "")),
    bad("key that is a list", HEAD + "? ▶[a]\n: b\n", ("", "keys are plain words here", "")),
    bad(
        "merge key",
        "name: demo\ngroups: {a: &a {count: 1}, b: {▶<<: *a}}\n",
        ("groups.b", "keys are plain words here", "merge keys (`<<`) are not read: write the keys out"),
    ),
    bad("alias that holds itself", HEAD + "labels: ▶&a {b: *a}\n", ("labels.b", "an alias that holds", "")),
    bad("a list", "▶[]\n", ("", "a cluster file is a mapping", "start with `name: demo`")),
    bad("a word", "▶demo\n", ("", "a cluster file is a mapping", "start with `name: demo`")),
    bad(
        "unset variable",
        HEAD + "labels: {owner: ▶'${env:NO_SUCH}'}\n",
        ("labels.owner", "no variable NO_SUCH", "write $${env:NO_SUCH} for the text itself"),
    ),
    # keys and types
    bad("empty", "▶", ("name", "required", ""), ("groups", "required", "")),
    bad("unknown key", HEAD + "▶softwear: {}\n", ("softwear", "unknown key", "did you mean `software`?")),
    bad(
        "unknown key of a group", group("count: 1, ▶conut: 2"), ("groups.compute.conut", "unknown", "`count`")
    ),
    bad(
        "unknown key of a size",
        group("count: 1, size: {cpus: 1, memory_gb: 1, ▶gpu: 1}"),
        ("groups.compute.size.gpu", "unknown key", "did you mean `gpus`?"),
    ),
    bad(
        "unknown key of a volume",
        group("count: 1, volumes: {data: {size_gb: 1, ▶mont: /x}}"),
        ("groups.compute.volumes.data.mont", "unknown key", "did you mean `mount`?"),
    ),
    bad(
        "unknown key of ssh", HEAD + "ssh: {▶allow_form: []}\n", ("ssh.allow_form", "unknown", "`allow_from`")
    ),
    bad(
        "unknown key of guard", HEAD + "guard: {▶max_node: 1}\n", ("guard.max_node", "unknown", "`max_nodes`")
    ),
    bad("count missing", "name: demo\ngroups:\n  ▶compute: {}\n", ("groups.compute.count", "required", "")),
    bad("count a text", group("count: ▶three"), ("groups.compute.count", "whole number is wanted", "")),
    bad("count a fraction", group("count: ▶1.5"), ("groups.compute.count", "not 1.5", "")),
    bad("count a truth", group("count: ▶true"), ("groups.compute.count", "not true", "")),
    bad("count a mapping", group("count: ▶{a: 1}"), ("groups.compute.count", "not {'a': 1}", "")),
    bad("count a template", group("count: ▶'{x}'"), ("groups.compute.count", "not '{x}'", "")),
    bad("count below nothing", group("count: ▶-1"), ("groups.compute.count", "at least 0, not -1", "")),
    bad("count beyond all", group("count: ▶100001"), ("groups.compute.count", "at most 100000", "")),
    bad("group a number", "name: demo\ngroups: {compute: ▶3}\n", ("groups.compute", "a mapping", "")),
    bad("group nothing", "name: demo\ngroups: {compute: ▶null}\n", ("groups.compute", "a mapping", "")),
    bad("groups a list", "name: demo\ngroups: ▶[a]\n", ("groups", "a mapping is wanted here", "")),
    bad("no groups", "name: demo\ngroups: ▶{}\n", ("groups", "must hold at least 1", "")),
    bad("name with capitals", "name: ▶Demo\n" + GROUPS, ("name", "does not fit the form", "")),
    bad("name too long", f"name: ▶{'a' * 32}\n" + GROUPS, ("name", "does not fit the form", "")),
    bad("name a number", "name: ▶12\n" + GROUPS, ("name", "text is wanted here, not 12", "")),
    bad(
        "yes is a text", group("count: 1, public_ip: ▶yes"), ("groups.compute.public_ip", "true or false", "")
    ),
    bad("exclude a text", group("count: 1, exclude: ▶compute001"), ("groups.compute.exclude", "a list", "")),
    bad("label a number", HEAD + "labels: {a: ▶1}\n", ("labels.a", "text is wanted here, not 1", "")),
    bad("label of two lines", HEAD + 'labels: {a: ▶"x\\ny"}\n', ("labels.a", "line breaks", "")),
    bad(
        "range beyond IPv4",
        HEAD + "ssh: {allow_from: [▶10.0.0.0/33]}\n",
        ("ssh.allow_from.0", "write a range", ""),
    ),
    bad(
        "range with a host",
        HEAD + "ssh: {allow_from: [▶10.0.0.1/8]}\n",
        ("ssh.allow_from.0", "host bits", ""),
    ),
    bad(
        "range alone",
        HEAD + "ssh: {allow_from: ▶10.0.0.0/8}\n",
        ("ssh.allow_from", "a list is wanted here, not '10.0.0.0/8'", ""),
    ),
    bad(
        "no memory",
        group("count: 1, size: {cpus: 1, memory_gb: ▶0}"),
        ("groups.compute.size.memory_gb", "more", ""),
    ),
    bad(
        "size of nothing",
        group("count: 1, ▶size: {}"),
        ("groups.compute.size.cpus", "required", ""),
        ("groups.compute.size.memory_gb", "required", ""),
    ),
    bad(
        "volume's name",
        group("count: 1, volumes: {My-Data: ▶{size_gb: 1}}"),
        ("groups.compute.volumes.My-Data", "does not fit the form", ""),
    ),
    bad(
        "mount up and away",
        group("count: 1, volumes: {data: {size_gb: 1, mount: ▶/a/../b}}"),
        ("groups.compute.volumes.data.mount", "an absolute path", ""),
    ),
    bad(
        "volume's end",
        group("count: 1, volumes: {data: {size_gb: 1, on_destroy: ▶maybe}}"),
        ("groups.compute.volumes.data.on_destroy", "'delete' or 'keep'", ""),
    ),
    bad(
        "min above count",
        group("count: 1, min: 2").replace("{", "▶{", 1),
        ("groups.compute", "`min` (2)", ""),
    ),
    bad(
        "size and type",
        nodes_of_echo("count: 1, type: small, ▶size: {cpus: 1, memory_gb: 1}"),
        ("groups.compute.size", "`small` is known to have 2 cpus and 4 GiB", "keep one"),
    ),
    bad(
        "backend's name", HEAD + "state: {backend: ▶'a b'}\n", ("state.backend", "does not fit the form", "")
    ),
    # names
    bad(
        "group with a dash",
        "name: demo\ngroups: {▶my-group: {count: 1}}\n",
        ("groups.my-group", "name", "letters"),
    ),
    bad(
        "group `all`",
        "name: demo\ngroups: {▶all: {count: 1}}\n",
        ("groups.all", "can't be a group's name", "`all`"),
    ),
    bad(
        "group of a software's name",
        "name: demo\ngroups: {▶queue: {count: 1}, arm: {count: 2}}\nsoftware: {queue: {head: queue, arm: arm}}\n",
        ("groups.queue", "also a software's group", "rename it"),
    ),
    bad(
        "a stream is a group too",
        "name: demo\ngroups: {stream: {count: ▶x}}\n",
        ("groups.stream.count", "whole number", ""),
    ),
    bad(
        "two groups, one node",
        "name: demo\ngroups: {compute: {count: 1001}, ▶compute1: {count: 1}}\n",
        ("groups.compute1", "its node `compute1001` is also one of `compute`", "rename one"),
    ),
    bad(
        "exclude of another group",
        group("count: 1, exclude: [▶frontend001]"),
        ("groups.compute.exclude.0", "no node of this group", "`compute001`"),
    ),
    bad(
        "exclude of nobody",
        group("count: 1, exclude: [compute001, ▶compute1, ▶compute000, ▶compute²]"),
        ("groups.compute.exclude.1", "`compute1` is no node", "`compute001`"),
        ("groups.compute.exclude.2", "`compute000` is no node", "`compute001`"),
        ("groups.compute.exclude.3", "`compute²` is no node", "`compute001`"),
    ),
    # clouds
    bad("cloud a word", HEAD + "cloud: ▶static\n", ("cloud", "a mapping is wanted here", "")),
    bad("cloud without name", HEAD + "▶cloud: {region: x}\n", ("cloud.name", "required", "")),
    bad(
        "cloud there is not", HEAD + "cloud: {name: ▶lokal}\n", ("cloud.name", "no cloud `lokal`", "`local`")
    ),
    bad(
        "cloud's folder is not there",
        HEAD + "cloud: {name: ▶./mine}\n",
        ("cloud.name", "no cloud `./mine`", ""),
    ),
    bad("alias of capitals", HEAD + "cloud: {name: local, alias: ▶A}\n", ("cloud.alias", "does not fit", "")),
    bad(
        "unknown setting of a cloud",
        HEAD + "cloud: {name: local, ▶subnets: 10.0.0.0/24}\n",
        ("cloud.subnets", "unknown key", "did you mean `subnet`?"),
    ),
    bad(
        "setting of the wrong type",
        HEAD + "cloud: {name: local, subnet: ▶[10.0.0.0/24]}\n",
        ("cloud.subnet", "text is wanted here", ""),
    ),
    bad(
        "setting against a rule",
        nodes_of_echo("count: 1").replace("echo}", "echo, region: ▶North, tier: ▶tin}"),
        ("cloud.region", "'North' does not fit", "A region is a word."),
        ("cloud.tier", "'tin' does not fit", "A tier is gold or silver."),
    ),
    bad(
        "cloud twice, settings differ",
        "name: demo\ncloud: {name: local, subnet: 10.9.0.0/24}\n"
        "groups: {a: {count: 1}, b: {count: 1, cloud: ▶{name: local}}}\n",
        ("groups.b.cloud", "with other settings at cloud", "give both an `alias:`"),
    ),
    bad(
        "node without its host",
        "name: demo\ncloud: {name: static, hosts: ▶▶{compute01: {address: 192.0.2.1}}}\ngroups: {compute: {count: 2}}\n",
        ("cloud.hosts", "no entry for node `compute001`", "did you mean `compute01`?"),
        ("cloud.hosts", "no entry for node `compute002`", "did you mean `compute01`?"),
    ),
    bad(
        "host without address",
        "name: demo\ncloud: {name: static, hosts: {compute001: ▶{user: a}}}\ngroups: {compute: {count: 1}}\n",
        ("cloud.hosts.compute001", "`address` is required", ""),
    ),
    bad(
        "image there is not",
        nodes_of_echo("count: 1, image: ▶debian-13"),
        ("groups.compute.image", "no image", "`debian-12`"),
    ),
    bad(
        "size nobody sells",
        nodes_of_echo("count: 1, size: ▶{cpus: 64, memory_gb: 1}"),
        ("groups.compute.size", "no type of this size", "name a `type:`"),
    ),
    bad(
        "type where there are none",
        group("count: 1, type: ▶m"),
        ("groups.compute.type", "no `type`", "`size`"),
    ),
    bad(
        "processor the image is not for",
        nodes_of_echo("count: 1, size: {cpus: 1, memory_gb: 1, arch: ▶arm64}"),
        ("groups.compute.size.arch", "only for x86_64", "choose another image"),
    ),
    bad(
        "what the cloud has not",
        nodes_of_echo("count: 1, spot: ▶true"),
        ("groups.compute.spot", "echo has no `spot`", "leave it out"),
    ),
    bad(
        "label the cloud refuses",
        nodes_of_echo("count: 1, labels: {▶'echo:x': y}"),
        ("groups.compute.labels.echo:x", "does not take the label", "choose another name"),
    ),
    bad(
        "name too long for the cloud",
        nodes_of_echo("count: 1").replace("demo", "▶abcdefghijklmnopqrstu"),
        ("name", "leaves room for 20 characters, not 21", "choose a shorter name"),
    ),
    bad(
        "unknown setting of a node",
        group("count: 1, settings: {local: {▶capability: [x], devices: ▶all}}"),
        ("groups.compute.settings.local.capability", "unknown key", "did you mean `capabilities`?"),
        ("groups.compute.settings.local.devices", "a list is wanted here", ""),
    ),
    bad(
        "settings of nodes where there are none",
        "name: demo\ncloud: {name: static, hosts: {compute001: {address: a}}}\n"
        "groups: {compute: {count: 1, settings: {▶static: {a: 1}}}}\n",
        ("groups.compute.settings.static", "has no settings per node", ""),
    ),
    # software
    bad("software a word", HEAD + "software: ▶slurm\n", ("software", "a mapping is wanted here", "")),
    bad("software a list", HEAD + "software: {slurm: ▶[compute]}\n", ("software.slurm", "a mapping", "")),
    bad(
        "software there is not",
        HEAD + "software: {▶slurn: {}}\n",
        ("software.slurn", "no software", "`slurm`?"),
    ),
    bad(
        "part there is not",
        HEAD + "software: {slurm: {controller: frontend, worker: compute, ▶workers: compute}}\n",
        ("software.slurm.workers", "slurm has no part `workers`", "did you mean `worker`?"),
    ),
    bad(
        "group there is not",
        HEAD + "software: {slurm: {controller: frontend, worker: [compute], login: ▶compte}}\n",
        ("software.slurm.login", "there is no group `compte`", "did you mean `compute`?"),
    ),
    bad(
        "part that is a number",
        HEAD + "software: {slurm: {controller: ▶▶3, worker: compute}}\n",
        ("software.slurm.controller", "text is wanted here, not 3", ""),
        ("software.slurm.controller", "a list is wanted here, not 3", ""),
    ),
    bad(
        "part without nodes",
        HEAD + "software: {queue: ▶{head: frontend}}\n",
        ("software.queue", "part `arm` wants at least 2 node(s), there are 0", "does the work"),
    ),
    bad(
        "part with too few nodes",
        HEAD + "software: {queue: {head: frontend, arm: ▶frontend}}\n",
        ("software.queue.arm", "wants at least 2 node(s), there are 1", ""),
    ),
    bad(
        "part with too many nodes",
        HEAD + "software: {queue: {head: ▶compute, arm: compute}}\n",
        ("software.queue.head", "takes at most 1 node(s), there are 2", ""),
    ),
    bad(
        "system not supported",
        HEAD.replace("count: 2", "count: 2, image: debian-13")
        + "software: {queue: {head: frontend, arm: ▶compute}}\n",
        ("software.queue.arm", "does not support debian-13, which `compute` runs", "supported: debian-12"),
    ),
    bad(
        "wrong order",
        HEAD.replace("}}", "}, other: {count: 1}}")
        + "software: {▶web: {server: other}, queue: {head: frontend, arm: compute}}\n",
        ("software.web", "is configured before `queue`", "put `queue` before `web`"),
    ),
    bad(
        "software that can't share",
        HEAD + f"software: {{{QUEUE}}}, ▶web: {{server: compute}}}}\n",
        ("software.web", "can't be on the same nodes, and both are on `compute`", "groups of their own"),
    ),
    bad(
        "unknown variable",
        HEAD + f"software: {{{QUEUE}, vars: {{▶queue_dept: 3}}}}}}\n",
        ("software.queue.vars.queue_dept", "unknown key", "did you mean `queue_depth`?"),
    ),
    bad(
        "variable of the wrong type",
        HEAD
        + f"software: {{{QUEUE}, vars: {{queue_depth: ▶deep, queue_mode: ▶slo, queue_hosts: [▶[a]]}}}}}}\n",
        ("software.queue.vars.queue_depth", "a whole number is wanted here, not 'deep'", ""),
        ("software.queue.vars.queue_mode", "none of the values that fit", "did you mean `slow`?"),
        ("software.queue.vars.queue_hosts.0", "text is wanted here", ""),
    ),
    bad(
        "variable that is required",
        HEAD + "software: {strict: ▶{node: compute}}\n",
        ("software.strict.vars", "`strict_site` is required", "Name of the site."),
    ),
]


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_a_wrong_file_is_shown_where_it_is_wrong(
    case: Bad, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {**ROLES, "cluster.yaml": case.written})
    file = str(tmp_path / "cluster.yaml")
    assert cli.run(["validate", "--json", file]) == 4
    answer = json.loads(capsys.readouterr().out)
    assert answer["error"]["exit_code"] == 4
    problems = answer["error"]["problems"]
    assert [one["key"] for one in problems] == [key for key, _, _ in case.found]
    for one, (_, message, hint) in zip(problems, case.found, strict=True):
        assert message in one["message"]
        assert hint in one["hint"]
    places = list(case.places())
    places += places[-1:] * (len(problems) - len(places))  # several problems of one place bear one mark
    assert [(one["file"], one["line"], one["column"]) for one in problems] == [
        (file, line, column) for line, column in places
    ]


def test_the_table_is_long_enough() -> None:
    assert len(BAD) >= 40
    assert len({case.name for case in BAD}) == len(BAD)


def test_people_see_the_line_a_caret_and_the_hint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"cluster.yaml": HEAD + SLURM.replace("worker: compute", "worker: compte")})
    assert cli.run(["validate", str(tmp_path / "cluster.yaml")]) == 4
    shown = capsys.readouterr()
    assert shown.out == ""
    rows = shown.err.splitlines()
    at = next(number for number, row in enumerate(rows) if "there is no group `compte`" in row)
    assert rows[at].startswith(f"{tmp_path / 'cluster.yaml'}:3:50: software.slurm.worker: ")
    assert rows[at + 1] == "  3 | software: {slurm: {controller: frontend, worker: compte}}"
    assert rows[at + 2].index("^") == rows[at + 1].index("compte")
    assert rows[at + 3] == "  did you mean `compute`?"
    assert rows[-1].endswith("nothing was done")


def test_all_problems_of_all_files_come_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"a.yaml": "a: [\n", "b.yaml": "b: 1\nb: 2\n"})
    code = cli.run(
        ["validate", "--json", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml"), "--set", "nothing"]
    )
    problems = json.loads(capsys.readouterr().out)["error"]["problems"]
    assert code == 4
    assert [Path(one["file"]).name for one in problems] == ["a.yaml", "b.yaml", "--set nothing"]


@pytest.mark.parametrize(
    "arguments", [["validate"], ["plan"], ["up", "-y"], ["render"], ["nodes"], ["status"]]
)
def test_every_command_refuses_a_wrong_file_alike(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"cluster.yaml": group("count: x")})
    assert cli.run([*arguments, str(tmp_path / "cluster.yaml")]) == 4
    assert "groups.compute.count: a whole number is wanted here" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["cluster.yaml"]


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["validate", str(tmp_path / "none.yaml")]) == 4
    shown = capsys.readouterr().err
    assert "can't read the file: No such file or directory" in shown
    assert "`ectf init` writes a first one" in shown


def test_the_file_is_cluster_yaml_of_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"cluster.yaml": cluster_text()})
    monkeypatch.chdir(tmp_path)
    assert cli.run(["validate", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "format": 1, "kind": "validate", "cluster": "demo", "nodes": 1
    }  # fmt: skip


def test_config_shows_the_merged_file_and_where_each_value_came_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"a.yaml": cluster_text(labels={"a": "1", "b": "1"}), "b.yaml": "labels: {b: '2'}\n"})
    files = [str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml"), "--set", "groups.compute.count=7"]
    assert cli.run(["config", *files]) == 0
    assert "count: 7" in capsys.readouterr().out
    assert cli.run(["config", "--json", "--origins", *files]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["config"]["labels"] == {"a": "1", "b": "2"}
    origins = {row["key"]: row["origin"].removeprefix(f"{tmp_path}/") for row in answer["origins"]}
    assert origins == {
        "name": "a.yaml:1:7",
        "groups.compute.count": "--set groups.compute.count=7",
        "labels.a": "a.yaml:6:6",
        "labels.b": "b.yaml:1:13",
    }


def test_what_config_shows_is_a_file_that_means_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = cluster_text(labels={"a": "$${env:HOME}", "b": "x\u0085y", "c": "{{ z }}", "d": " - #"})
    write(tmp_path, {"cluster.yaml": text})
    assert cli.run(["config", str(tmp_path / "cluster.yaml")]) == 0
    first = capsys.readouterr().out
    write(tmp_path, {"cluster.yaml": first})
    assert cli.run(["config", str(tmp_path / "cluster.yaml")]) == 0
    assert capsys.readouterr().out == first


def test_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "cluster.yaml of ectf"


@pytest.mark.parametrize(("count", "code"), [(1, 0), (-1, 4)])
def test_problems_in_the_forms_of_ci_systems(
    count: int, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cluster.yaml").write_text(cluster_text(groups={"compute": {"count": count}}), encoding="utf-8")
    assert cli.run(["validate", "--sarif", "found.sarif", "--junit", "-"]) == code
    (run,) = json.loads(Path("found.sarif").read_text(encoding="utf-8"))["runs"]
    assert [one["ruleId"] for one in run["results"]] == ["groups"] * (code == 4)
    suite = ElementTree.fromstring(capsys.readouterr().out)
    assert suite.get("failures") == str(int(code == 4))


def test_only_one_form_goes_to_standard_output() -> None:
    assert cli.run(["validate", "--sarif", "-", "--junit", "-"]) == 4
    assert cli.run(["validate", "--sarif", "-", "--json"]) == 4
