import dataclasses
import shutil
from pathlib import Path

import pytest

from elasticluster_tf.provider.apt_sources import Mirrors, Source
from elasticluster_tf.provider.host import Host, apt_proxies, site_of
from elasticluster_tf.provider.images import Images, main, recipe_files, write_context
from elasticluster_tf.provider.machine import Machine
from elasticluster_tf.provider.podman import Podman
from elasticluster_tf.provider.problems import ProviderError
from elasticluster_tf.provider.recipes import RELEASES, Recipe, Site, debootstrap_argv

DEBIAN = RELEASES["debian-12"]
SITE = Site(
    Mirrors((Source("http://mirror.example/debian", ("bookworm",), ("main",)),)),
    certificates=(("a.crt", b"A"),),
)
RECIPE = Recipe(DEBIAN, SITE, (("complete.sh", b"true"), ("rootfs/etc/hosts", b"h")))


@pytest.fixture
def images(tmp_path: Path, fake) -> Images:  # type: ignore[no-untyped-def]
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc/os-release").write_text('ID=debian\nVERSION_CODENAME="bookworm"\n')
    return Images(Podman(run_argv=fake), Machine(tmp_path / "state"), Host(root, {}, fake, tmp_path))


def test_the_same_recipe_has_the_same_name() -> None:
    assert RECIPE.reference == dataclasses.replace(RECIPE).reference
    assert RECIPE.reference.startswith("localhost/ectf/debian-12:")


@pytest.mark.parametrize(
    "change",
    [
        {"files": (("complete.sh", b"false"), ("rootfs/etc/hosts", b"h"))},
        {"files": (("complete.sh", b"true"),)},
        {"site": dataclasses.replace(SITE, mirrors=Mirrors())},
        {"site": dataclasses.replace(SITE, certificates=(("a.crt", b"B"),))},
        {"site": dataclasses.replace(SITE, apt_conf="x")},
        {"release": RELEASES["debian-13"]},
    ],
)
def test_any_change_makes_another_name(change: dict[str, object]) -> None:
    assert dataclasses.replace(RECIPE, **change).digest != RECIPE.digest  # type: ignore[arg-type]


def test_debootstrap_takes_the_mirror_or_its_own() -> None:
    argv = debootstrap_argv(DEBIAN, SITE.mirrors, "/target", knows_release=True)
    assert argv[-3:] == ["bookworm", "/target", "http://mirror.example/debian"]
    argv = debootstrap_argv(RELEASES["ubuntu-24.04"], Mirrors(), "/target", knows_release=False)
    assert argv[-4:] == ["noble", "/target", "", "gutsy"]


def test_a_build_starts_from_what_could_be_had(tmp_path: Path) -> None:
    write_context(RECIPE, tmp_path, None)
    assert (tmp_path / "Containerfile").read_text().startswith("FROM scratch\nADD base.tar /\n")
    assert (tmp_path / "site/usr/local/share/ca-certificates/a.crt").read_bytes() == b"A"
    assert "mirror.example" in (tmp_path / "site/etc/apt/sources.list.d/ectf.sources").read_text()
    assert RECIPE.containerfile("registry.example/x/debian:12").startswith(
        "FROM registry.example/x/debian:12\n"
    )


def test_the_shipped_recipe_is_complete_and_names_no_host() -> None:
    files = dict(recipe_files())
    assert {"complete.sh", "packages", "masked_units", "rootfs/etc/hosts"} <= set(files)
    assert all(b"://" not in content for content in files.values())


def test_the_host_lends_mirrors_and_certificates(tmp_path: Path, fake) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "etc/apt/sources.list.d").mkdir(parents=True)
    (tmp_path / "etc/os-release").write_text("ID=debian\nVERSION_CODENAME=bookworm\n")
    (tmp_path / "etc/apt/sources.list").write_text("deb http://mirror.example/debian bookworm main\n")
    (tmp_path / "usr/local/share/ca-certificates").mkdir(parents=True)
    (tmp_path / "usr/local/share/ca-certificates/own.crt").write_bytes(b"C")
    host = Host(tmp_path, {"ECTF_UBUNTU_MIRROR": "http://named.example/ubuntu"}, fake)
    assert site_of(host, RELEASES["debian-13"]).mirrors.main == "http://mirror.example/debian"
    assert site_of(host, RELEASES["ubuntu-24.04"]).mirrors.main == "http://named.example/ubuntu"
    assert site_of(host, DEBIAN).certificates == (("own.crt", b"C"),)


def test_proxies_are_read_as_apt_tells_them() -> None:
    assert apt_proxies('Acquire::http::Proxy "http://p.example:3128";\n') == {
        "http_proxy": "http://p.example:3128"
    }
    assert apt_proxies("") == {}


def test_an_image_that_is_there_is_not_built(images: Images, fake) -> None:  # type: ignore[no-untyped-def]
    fake.on("image", "inspect", out="abc\n")
    made = images.ensure("debian-12")
    assert (made.image_id, made.user, made.reference) == ("abc", "debian", images.reference("debian-12"))
    assert not fake.called("build")


def test_ubuntu_without_its_keys_says_which_package_has_them(images: Images, fake) -> None:  # type: ignore[no-untyped-def]
    if shutil.which("debootstrap") is None:
        pytest.skip("says first that debootstrap is missing")
    fake.on("image", "inspect", code=125).on("pull", code=125)
    with pytest.raises(ProviderError) as caught:
        images.ensure("ubuntu-24.04")
    assert "ubuntu-keyring" in caught.value.detail
    assert not fake.called("build")


def test_a_registrys_refusal_is_remembered(images: Images, fake) -> None:  # type: ignore[no-untyped-def]
    fake.on("image", "inspect", code=125).on("pull", code=125)
    for _ in range(2):
        with pytest.raises(ProviderError):
            images.ensure("ubuntu-24.04")
    assert len(fake.called("pull")) == 1


def test_a_registry_that_answers_is_used(images: Images, fake) -> None:  # type: ignore[no-untyped-def]
    fake.on("image", "inspect", code=125)
    with pytest.raises(ProviderError, match="gone right after"):
        images.ensure("ubuntu-24.04", "registry.example/library")
    assert fake.called("pull", "registry.example/library/ubuntu:24.04")
    assert len(fake.called("build")) == 1


def test_any_other_image_is_pulled_by_its_name(images: Images, fake) -> None:  # type: ignore[no-untyped-def]
    fake.on("image", "inspect", code=125).on("pull", code=125, err="no route")
    with pytest.raises(ProviderError) as caught:
        images.ensure("my/own:1")
    assert "no route" in caught.value.detail


def test_the_command_wants_known_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "windows"]) == 4
    assert "debian-12" in capsys.readouterr().err
