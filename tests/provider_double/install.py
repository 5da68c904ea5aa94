"""Put a launcher where Terraform looks for providers without any configuration."""

import platform
import shlex
import sys
from pathlib import Path

from tests.provider_double.schema import load

_ROOT = Path(__file__).parents[2]


def install(workdir: Path, name: str, world: Path, backer: str = "") -> Path:
    """Into `<workdir>/terraform.d/plugins`, for a Terraform that is started in `workdir`."""
    return _launcher(workdir / "terraform.d" / "plugins", name, world, backer)


def install_for_user(data_home: Path, name: str, world: Path, backer: str = "") -> dict[str, str]:
    """Into a data folder, for any work folder; returns the environment that names it."""
    _launcher(data_home / "terraform" / "plugins", name, world, backer)
    return {"XDG_DATA_HOME": str(data_home)}


def _launcher(plugins: Path, name: str, world: Path, backer: str) -> Path:
    catalogue = load(name)
    folder = plugins / catalogue.source / catalogue.version / _platform()
    path = folder / f"terraform-provider-{catalogue.prefix}_v{catalogue.version}"
    words = [sys.executable, "-m", "tests.provider_double", name, str(world.resolve())]
    words += [backer] if backer else []
    # Terraform records the launcher's digest: it depends on the arguments only.
    text = f"#!/bin/sh\nPYTHONPATH={shlex.quote(str(_ROOT))} exec {shlex.join(words)}\n"
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    return path


def _platform() -> str:
    machines = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
    return f"{sys.platform}_{machines[platform.machine().lower()]}"
