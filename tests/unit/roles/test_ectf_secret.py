"""The lookup plugin: what it derives, and where it looks."""

import base64
import hashlib
import hmac
import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest
from ansible.errors import AnsibleError
from ansible.plugins.loader import lookup_loader

from elasticluster_tf.secrets import RootSecret
from tests.unit.roles.play import PLUGINS

ROOT = "0123456789abcdef" * 4
# Computed once by hand with `openssl kdf` (HKDF, SHA256, empty salt, info ectf/v1/munge).
KNOWN = "2b59d6f2844e1794a809e42abfcfd8b6ee799b1c34a59ea66b7390367179bdeb"


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("ectf_secret", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def look_up(*terms: object, **options: object) -> list[str]:
    lookup_loader.add_directory(str(PLUGINS / "lookup"))
    plugin = lookup_loader.get("ectf_secret")
    found: list[str] = plugin.run(list(terms), variables={}, **options)
    return found


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "secret"
    path.write_text(f"{ROOT}\n", encoding="utf-8")
    monkeypatch.setenv("ECTF_SECRET_FILE", str(path))
    return path


def test_the_known_value(secret: Path) -> None:
    assert look_up("munge") == [KNOWN]


def test_the_same_as_rfc_5869_step_by_step(secret: Path) -> None:
    key = hmac.digest(b"\0" * 32, ROOT.encode(), hashlib.sha256)
    first = hmac.digest(key, b"ectf/v1/munge\x01", hashlib.sha256)
    second = hmac.digest(key, first + b"ectf/v1/munge\x02", hashlib.sha256)
    assert look_up("munge", length=64) == [(first + second).hex()]


def test_the_same_as_the_core(secret: Path) -> None:
    for purpose, length in (("munge", 128), ("host-key/compute001", 32)):
        derived = RootSecret(ROOT).derive(purpose, length)
        assert look_up(purpose, length=length, format="base64") == [base64.b64encode(derived).decode()]


def test_each_purpose_has_its_own(secret: Path) -> None:
    assert len(set(look_up("munge", "slurmdbd", "munge2"))) == 3


def test_the_work_folder_is_found_without_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ECTF_SECRET_FILE", raising=False)
    plugins, keep = tmp_path / "ansible" / "lookup_plugins", tmp_path / "keep"
    plugins.mkdir(parents=True)
    keep.mkdir()
    module = load(Path(shutil.copy(PLUGINS / "lookup" / "ectf_secret.py", plugins)))
    with pytest.raises(AnsibleError, match="keep/secret"):
        module._root_secret(module._secret_file())
    (keep / "secret").write_text(ROOT, encoding="utf-8")
    assert module._root_secret(module._secret_file()) == ROOT.encode()


def test_what_can_not_be_derived_is_said(secret: Path) -> None:
    for terms, options in (
        ([""], {}),
        (["two words"], {}),
        (["line\nbreak"], {}),
        ([7], {}),
        (["munge"], {"length": 0}),
        (["munge"], {"length": 9000}),
        (["munge"], {"format": "octal"}),
    ):
        with pytest.raises(AnsibleError):
            look_up(*terms, **options)
    secret.write_text(" \n", encoding="utf-8")
    with pytest.raises(AnsibleError, match="is empty"):
        look_up("munge")
    secret.unlink()
    with pytest.raises(AnsibleError, match="can't be read from"):
        look_up("munge")


def test_the_file_stands_alone() -> None:
    text = (PLUGINS / "lookup" / "ectf_secret.py").read_text(encoding="utf-8")
    assert "from elasticluster_tf" not in text and "import elasticluster_tf" not in text
