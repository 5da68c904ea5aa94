"""The wheel carries its data folders and works outside a checkout."""

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*words: str, folder: Path) -> str:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    ended = subprocess.run(words, cwd=folder, env=clean, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_a_wheel_in_an_empty_environment_renders_a_cluster(tmp_path: Path) -> None:
    run(
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path),
        str(ROOT),
        folder=tmp_path,
    )
    (wheel,) = tmp_path.glob("elasticluster_tf-*.whl")
    venv.create(tmp_path / "env", with_pip=True)
    python = str(tmp_path / "env" / "bin" / "python")
    for lock in ("build", "runtime"):  # the first makes what comes as source
        requirements = [
            "-r",
            str(ROOT / "requirements" / f"{lock}.txt"),
            "--require-hashes",
            "--no-build-isolation",
        ]
        run(python, "-m", "pip", "install", "--quiet", *requirements, folder=tmp_path)
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", str(wheel), folder=tmp_path)
    ectf = str(tmp_path / "env" / "bin" / "ectf")
    run(ectf, "init", "cluster.yaml", "--software", "slurm", folder=tmp_path)
    run(ectf, "render", "--out", "rendered", folder=tmp_path)
    assert (tmp_path / "rendered" / "modules" / "local" / "nodes.tf").is_file()
    assert (tmp_path / "rendered" / "ansible" / "roles" / "slurm" / "tasks" / "main.yml").is_file()
    assert str(ROOT) not in run(
        python, "-c", "import elasticluster_tf; print(elasticluster_tf.__file__)", folder=tmp_path
    )
