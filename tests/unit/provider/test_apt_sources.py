import pytest

from elasticluster_tf.provider.apt_sources import Mirrors, Source, mirrors_for, parse, sources_file

DEB822 = """\
# a comment
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 Types: not a field

Types: deb
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main

Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
Enabled: no

Types: deb-src
URIs: http://sources.example/debian
Suites: bookworm
Components: main
"""
ONE_LINE = """\
# deb http://comment.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib # trailing
deb-src http://mirror.example/debian bookworm main
deb\thttp://other.example/repo nodistro extra
broken
"""
MAIN = Source("http://mirror.example/debian", ("bookworm", "bookworm-updates"), ("main", "contrib"))
SECURITY = Source("http://mirror.example/security", ("bookworm-security",), ("main",))


def test_deb822_is_read() -> None:
    assert parse({"debian.sources": DEB822}) == (MAIN, SECURITY)


def test_one_line_format_is_read() -> None:
    assert parse({"sources.list": ONE_LINE}) == (
        Source("http://mirror.example/debian", ("bookworm",), ("main", "contrib")),
        Source("http://other.example/repo", ("nodistro",), ("extra",)),
    )


def test_own_release_keeps_all_its_pockets() -> None:
    assert mirrors_for((SECURITY, MAIN), "bookworm", "bookworm") == Mirrors((MAIN, SECURITY))


def test_another_release_of_the_same_distribution_uses_the_same_mirrors() -> None:
    found = mirrors_for((MAIN, SECURITY), "trixie", "bookworm")
    assert found.main == MAIN.uri
    assert [source.suites for source in found.sources] == [("trixie", "trixie-updates"), ("trixie-security",)]


@pytest.mark.parametrize(
    "source",
    [
        Source("http://vendor.example/repo", ("bookworm",), ("stable",)),
        Source("http://vendor.example/repo", ("bookworm-vendor",), ("main",)),
        Source("http://mirror.example/ubuntu", ("noble",), ("main",)),
    ],
)
def test_a_foreign_repository_is_no_mirror(source: Source) -> None:
    assert mirrors_for((source,), "bookworm", None).main is None


def test_security_alone_is_no_place_to_start_from() -> None:
    assert mirrors_for((SECURITY,), "bookworm", "bookworm") == Mirrors()


def test_a_named_mirror_wins() -> None:
    found = mirrors_for((MAIN,), "noble", None, "http://named.example/ubuntu", ("main", "universe"))
    assert found.sources == (
        Source("http://named.example/ubuntu", ("noble", "noble-updates"), ("main", "universe")),
    )


def test_what_is_written_is_read_back() -> None:
    mirrors = Mirrors((MAIN, SECURITY))
    assert parse({"x.sources": sources_file(mirrors, "/usr/share/keyrings/k.gpg")}) == mirrors.sources
