"""A standalone Spark over two workers, step by step; each test goes on from where the one before stopped."""

from collections.abc import Callable

import pytest

from tests.archives import archive
from tests.e2e.conftest import Folder, leftovers

pytestmark = [pytest.mark.podman, pytest.mark.long]
Make = Callable[[str], Folder]

CLUSTER = """
name: NAME
cloud: {name: local}
groups:
  master:
    count: 1
    size: {cpus: 1, memory_gb: 2}
    image: debian-12
  worker:
    count: 2
    size: {cpus: 1, memory_gb: 2}
    image: debian-12
software:
  spark:
    master: master
    edge: master
    worker: worker
    vars:
      spark_archive: ARCHIVE
      spark_archive_sha512: SUM
"""
# What SparkPi does, whose jar the package lacks: a job of the JVM.
PI = """
val inside = sc.parallelize(1 to 400000, 4).filter { _ =>
  val (x, y) = (math.random(), math.random())
  x * x + y * y <= 1
}.count()
println(s"Pi is roughly ${4.0 * inside / 400000}")
"""
# Says where its parts ran. One of them sleeps, so that the others have to go elsewhere.
JOB = """
import socket, sys, time
from pyspark import SparkContext

def place(part):
    time.sleep(5)
    return part, socket.gethostname()

with SparkContext(appName="places") as context:
    hosts = dict(context.parallelize(range(8), 8).map(place).collect())
    words = context.parallelize(["alpha", "beta", "alpha"]).map(lambda word: (word, 1))
    counts = dict(words.reduceByKey(lambda one, other: one + other).collect())
print("on", *sorted(set(hosts.values())))
print("counted", sorted(counts.items()))
"""


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("spark")
    assembled = archive("spark")
    folder.write(CLUSTER.replace("ARCHIVE", str(assembled.path)).replace("SUM", assembled.sha512))
    return folder


def test_up_from_nothing_computes_pi(cluster: Folder) -> None:
    cluster.ectf("up", "--yes")
    said = cluster.ssh("master001", "spark-submit /opt/spark/examples/src/main/python/pi.py 4")
    assert "Pi is roughly 3.1" in said
    cluster.write(PI, "pi.scala")
    cluster.ectf("scp", str(cluster.path / "pi.scala"), "master001:pi.scala")
    assert "Pi is roughly 3.1" in cluster.ssh("master001", "spark-shell <pi.scala")


def test_a_python_job_runs_on_both_workers(cluster: Folder) -> None:
    cluster.write(JOB, "job.py")
    cluster.ectf("scp", str(cluster.path / "job.py"), "master001:job.py")
    said = cluster.ssh("master001", "spark-submit job.py").splitlines()
    assert "on worker001 worker002" in said
    assert "counted [('alpha', 2), ('beta', 1)]" in said


def test_up_again_changes_nothing(cluster: Folder) -> None:
    report = cluster.ectf("up", "--yes", "--json", "--all").events()[-1]
    assert report["plan"]["infrastructure"]["nodes"] == []
    assert report["configuration"]["changed"] == {}
    assert report["health"][0]["message"] == "2 of 2 workers serve"


def test_a_worker_more_and_one_less(cluster: Folder) -> None:
    report = cluster.ectf("up", "--yes", "--json", "--set", "groups.worker.count=3").events()[-1]
    assert report["health"][0]["message"] == "3 of 3 workers serve"
    report = cluster.ectf("up", "--yes", "--json").events()[-1]
    assert report["health"][0]["message"] == "2 of 2 workers serve"


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []
