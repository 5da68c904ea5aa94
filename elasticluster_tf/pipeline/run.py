"""What one run has at hand: the cluster's files and folder, its lock, its log, Terraform."""

import contextlib
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from elasticluster_tf import events, terraform
from elasticluster_tf.checks import Resolved
from elasticluster_tf.events import Event, StageDone, StageStarted, Tell
from elasticluster_tf.secrets import VARIABLE
from elasticluster_tf.terraform import Runner
from elasticluster_tf.workdir import Workdir

_KEPT_RUNS = 30


@dataclass(frozen=True)
class World:
    """What comes in from outside: environment, a folder for caches, who is told and who confirms."""

    environment: Mapping[str, str]
    cache: Path
    tell: Tell = lambda event: None

    @property
    def children_environment(self) -> dict[str, str]:
        """The environment without the root secret, for every tool that is started."""
        return {key: value for key, value in self.environment.items() if not key.startswith(VARIABLE)}


@dataclass(frozen=True)
class Run:
    """One run that holds the cluster's lock and writes its journal."""

    workdir: Workdir
    logs: Path
    tell: Tell
    world: World
    lock: int

    def base(self, resolved: Resolved) -> Path:
        """The folder that relative paths of the cluster file start from."""
        return resolved.document.sources[0].absolute().parent

    def terraform(self, folder: Path | None = None) -> Runner:
        """Terraform in the work folder, or in a folder below it."""
        binary = terraform.find(self.world.environment, self.world.cache)
        environment = self.world.children_environment
        return Runner(binary, folder or self.workdir.path, self.logs, environment, self.tell, (self.lock,))

    @contextlib.contextmanager
    def stage(self, name: str, title: str) -> Iterator[Callable[[str], None]]:
        """Tell that a stage begins and ends; the body may leave a note for the end."""
        notes: list[str] = []
        started = time.monotonic()
        self.tell(StageStarted(name, title))
        yield notes.append
        self.tell(StageDone(name, time.monotonic() - started, "; ".join(notes)))


@contextlib.contextmanager
def begin(workdir: Workdir, command: str, world: World) -> Iterator[Run]:
    """Take the lock and open the run's journal; old runs' logs are dropped."""
    with workdir.lock(command, world.tell) as lock:
        logs = workdir.new_run(command)
        _drop_old(workdir.runs)
        with (logs / "events.ndjson").open("a", encoding="utf-8", buffering=1) as journal:

            def tell(event: Event) -> None:
                if event.kind not in ("tool_line", "waiting"):
                    journal.write(json.dumps(events.record(event), ensure_ascii=False) + "\n")
                world.tell(event)

            yield Run(workdir, logs, tell, world, lock)


def _drop_old(runs: Path) -> None:
    for old in sorted(runs.iterdir())[:-_KEPT_RUNS]:
        shutil.rmtree(old, ignore_errors=True)
