from pathlib import Path

import pytest

from elasticluster_tf.provider.machine import Machine, ulimits
from elasticluster_tf.provider.podman import Podman, PodmanError, find_podman, run_command
from elasticluster_tf.provider.problems import ProviderError
from elasticluster_tf.provider.runtimes import Runtime, candidates, detect


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_podmans_own_choice_comes_first_and_doing_without_limits_last() -> None:
    assert list(candidates(("crun", "runc"))) == [
        Runtime(None, True),
        Runtime("crun", True),
        Runtime("runc", True),
        Runtime(None, False),
        Runtime("crun", False),
        Runtime("runc", False),
    ]


def test_the_first_that_works_is_taken_and_remembered(machine: Machine, fake) -> None:  # type: ignore[no-untyped-def]
    fake.on("version", out="4.3.1").on("--runtime", "runc", "run").on("run", code=126, err="cgroups")
    podman = Podman(run_argv=fake)
    assert detect(podman, machine, "image", ("crun", "runc")) == Runtime("runc", True)
    tried = len(fake.called("run"))
    assert detect(podman, machine, "image", ("crun", "runc")) == Runtime("runc", True)
    assert len(fake.called("run")) == tried


def test_limits_that_are_passed_over_are_none(machine: Machine, fake) -> None:  # type: ignore[no-untyped-def]
    fake.on("version", out="4.3.1").on("--memory=64m", err="Resource limits are not supported and ignored")
    assert detect(Podman(run_argv=fake), machine, "image", ()) == Runtime(None, False)


def test_a_command_that_is_not_there_is_a_failure_like_any_other() -> None:
    assert run_command(["/nonexistent/command"]).code == 127


def test_another_podman_is_tried_again(machine: Machine, fake) -> None:  # type: ignore[no-untyped-def]
    detect(Podman(run_argv=fake.on("version", out="4.3.1")), machine, "image", ())
    fake.answers.clear()
    detect(Podman(run_argv=fake.on("version", out="5.0.0")), machine, "image", ())
    assert len(fake.called("run")) == 2


def test_where_nothing_works_podmans_words_are_passed_on(machine: Machine, fake) -> None:  # type: ignore[no-untyped-def]
    fake.on("version", out="4.3.1").on("run", code=126, err="cgroups are odd")
    with pytest.raises(ProviderError) as caught:
        detect(Podman(run_argv=fake), machine, "image", ("runc",))
    assert "cgroups are odd" in caught.value.detail
    assert "apt-get install runc" in caught.value.detail


def test_limits_are_numbers_within_what_this_process_has() -> None:
    names = [limit.split("=")[0] for limit in ulimits()]
    assert names == ["nofile", "nproc"]
    assert all(part.isdigit() for limit in ulimits() for part in limit.split("=")[1].split(":"))


def test_a_user_is_served_rootless_else_by_sudo(fake) -> None:  # type: ignore[no-untyped-def]
    fake.on("info", out="v2")
    assert find_podman(fake, euid=1000).prefix == ("podman",)
    fake.answers.clear()
    fake.on("info", out="v1")
    assert find_podman(fake, euid=1000).prefix == ("sudo", "-n", "podman")
    fake.on("unshare", code=125, err="no subuid").on("sudo", code=1)
    with pytest.raises(ProviderError) as caught:
        find_podman(fake, euid=1000)
    assert "no subuid" in caught.value.detail


def test_podman_missing_names_the_packages(fake, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("shutil.which", lambda *_args, **_kwargs: None)
    with pytest.raises(ProviderError) as caught:
        find_podman(fake)
    assert "apt-get install podman netavark aardvark-dns runc" in caught.value.detail


def test_absence_is_an_answer_and_other_failures_are_errors(fake) -> None:  # type: ignore[no-untyped-def]
    fake.on("gone", code=125, err="Error: no such container gone").on("broken", code=125, err="disk full")
    podman = Podman(run_argv=fake)
    assert podman.inspect("container", "gone") is None
    with pytest.raises(PodmanError, match="disk full"):
        podman.inspect("container", "broken")


def test_memory_of_the_machine_survives_and_can_be_forgotten(machine: Machine) -> None:
    machine.remember("x", {"a": 1})
    assert machine.recall("x") == {"a": 1}
    (machine.state / "x.json").write_text("{half")
    assert machine.recall("x") is None
    machine.forget("x")
    machine.forget("x")
