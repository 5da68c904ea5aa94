"""Spark without hosts of its own: YARN of a Hadoop in the same file gives them; each test goes on from the one before."""

from collections.abc import Callable

import pytest

from tests.archives import archive
from tests.e2e import test_hadoop, test_spark
from tests.e2e.conftest import Folder, leftovers

pytestmark = [pytest.mark.podman, pytest.mark.long]
Make = Callable[[str], Folder]

SPARK = """  spark:
    edge: master
    vars:
      spark_master: yarn
      spark_archive: ARCHIVE
      spark_archive_sha512: SUM
      # A worker has room for an executor beside the application's master, and none for two.
      spark_defaults: {spark.executor.memory: 700m, spark.yarn.am.memory: 512m}
"""


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("yarn")
    text = ""
    hadoop = test_hadoop.CLUSTER.replace("memory_gb: 2", "memory_gb: 3")
    for part, software in ((hadoop, "hadoop"), (SPARK, "spark")):
        assembled = archive(software)
        text += part.replace("ARCHIVE", str(assembled.path)).replace("SUM", assembled.sha512)
    folder.write(text)
    return folder


def run(cluster: Folder, executors: int) -> str:
    """Where the job ran."""
    places, counts = cluster.ssh("master001", f"spark-submit --num-executors {executors} job.py").splitlines()
    assert counts == "counted [('alpha', 2), ('beta', 1)]"
    return places


def test_up_from_nothing_runs_a_job_on_both_workers(cluster: Folder) -> None:
    report = cluster.ectf("up", "--yes", "--json").events()[-1]
    said = {one["software"]: one["message"] for one in report["health"]}
    assert said["spark"] == "YARN has 2 node manager(s)"
    cluster.write(test_spark.JOB, "job.py")
    cluster.ectf("scp", str(cluster.path / "job.py"), "master001:job.py")
    assert run(cluster, 2) == "on worker001 worker002"


def test_yarn_runs_the_driver_too(cluster: Folder) -> None:
    pi = "/opt/spark/examples/src/main/python/pi.py"
    ended = cluster.ectf("ssh", "master001", "--", f"spark-submit --deploy-mode cluster {pi} 4")
    assert "final status: SUCCEEDED" in ended.text
    application = ended.text.split("Submitted application ")[1].split()[0]
    assert "Pi is roughly 3.1" in cluster.ssh("master001", f"yarn logs -applicationId {application}")


def test_up_again_changes_nothing(cluster: Folder) -> None:
    report = cluster.ectf("up", "--yes", "--json", "--all").events()[-1]
    assert report["plan"]["infrastructure"]["nodes"] == []
    assert report["configuration"]["changed"] == {}


def test_a_worker_more_gets_work_and_one_leaves(cluster: Folder) -> None:
    cluster.ectf("up", "--yes", "--set", "groups.worker.count=3")
    assert run(cluster, 3) == "on worker001 worker002 worker003"
    cluster.ectf("up", "--yes")
    assert run(cluster, 2) == "on worker001 worker002"


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []
