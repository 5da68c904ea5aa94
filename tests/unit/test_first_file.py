"""The first file: valid as it stands, for every cloud with every software."""

from pathlib import Path

import pytest

from elasticluster_tf import first_file
from elasticluster_tf.errors import InputError
from tests.builders import problems, resolve, shipped

SHIPPED = sorted(name for name in shipped().clouds if name != "echo")


@pytest.mark.parametrize("cloud", SHIPPED)
def test_it_validates_alone_and_with_every_software(cloud: str) -> None:
    gives = shipped().clouds[cloud].facts.gives
    for software in ((), *((name,) for name in shipped().software)):
        text = first_file.compose(Path("/x/lab.yaml"), cloud, software, shipped())
        known = [one for name in software for one in shipped().software[name].variables.values()]
        # What only the user can know is asked for by name; all else is there.
        asked = [f"`{one.name}` is required" for one in known if one.required]
        asked += [
            "one of " + ", ".join(f"`{one}`" for one in names) + " is required in `vars`"
            for one in software
            for names in shipped().software[one].facts.one_of
        ]
        parts = [part for name in software for part in shipped().software[name].facts.parts.values()]
        lacking = [need for part in parts for need in part.needs if gives is not None and need not in gives]
        told = [one.message for one in problems(text)]
        assert [one for one in told if " needs `" not in one] == asked, text
        assert any(" needs `" in one for one in told) == bool(lacking)
        if told:
            continue
        found = resolve(text)
        assert found.config.name == "lab"
        assert found.config.cloud.name == cloud
        assert tuple(one.name for one in found.software) == software


def test_it_describes_every_setting() -> None:
    text = first_file.compose(Path("lab.yaml"), "echo", (), shipped())
    for name, variable in shipped().clouds["echo"].variables.items():
        assert f"# {name}:" in text
        assert variable.description in text


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("lab.yaml", "lab"),
        ("My Cluster_2.yaml", "my-cluster-2"),
        ("/home/bio/cluster.yaml", "bio"),
        ("42.yaml", "demo"),
        ("é.yaml", "demo"),
        ("a" * 50 + ".yaml", "a" * 20),
    ],
)
def test_the_name_comes_from_the_file_or_its_folder(file: str, name: str) -> None:
    assert f"\nname: {name}\n" in first_file.compose(Path(file), "echo", (), shipped())


def test_a_name_that_the_cloud_does_not_take() -> None:
    assert "\nname: demo\n" in first_file.compose(Path("sg-lab.yaml"), "aws", (), shipped())
    assert "\nname: sg-lab\n" in first_file.compose(Path("sg-lab.yaml"), "google", (), shipped())


def test_what_there_is_not() -> None:
    with pytest.raises(InputError) as caught:
        first_file.compose(Path("a.yaml"), "ecko", ("slurn", "none"), shipped())
    assert [(one.key, one.message) for one in caught.value.problems] == [
        ("--cloud", "there is no cloud `ecko`"),
        ("--software", "there is no software `slurn`"),
        ("--software", "there is no software `none`"),
    ]
    assert caught.value.problems[0].hint == "did you mean `echo`?"
