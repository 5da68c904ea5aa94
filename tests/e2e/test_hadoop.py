"""The life of a Hadoop cluster, step by step; each test goes on from where the one before stopped."""

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import REPOSITORY, Folder, leftovers

pytestmark = pytest.mark.podman
Make = Callable[[str], Folder]
HOOKS = "sudo /usr/local/lib/ectf"
WORDS = "alpha beta alpha\n" * 20000

CLUSTER = """
name: NAME
cloud: {name: local}
groups:
  master:
    count: 1
    size: {cpus: 2, memory_gb: 2}
    image: debian-12
  worker:
    count: 3
    size: {cpus: 2, memory_gb: 2}
    image: debian-12
software:
  hadoop:
    namenode: master
    resourcemanager: master
    datanode: worker
    nodemanager: worker
    vars:
      hadoop_archive: ARCHIVE
      hadoop_archive_sha512: SUM
      hadoop_replication: 2
      # Starting fast counts more here than running fast.
      hadoop_java_options: ["-XX:TieredStopAtLevel=1"]
      # This machine's disk is shared and may be rather full.
      hadoop_yarn_site: {yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage: 99.9}
"""


@pytest.fixture(scope="module")
def cluster(make_folder: Make) -> Folder:
    folder = make_folder("hadoop")
    script = REPOSITORY / "scripts" / "hadoop-archive.sh"
    made = subprocess.run([script], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    archive = Path(made.stdout.strip())
    digest = hashlib.sha512(archive.read_bytes()).hexdigest()
    folder.write(CLUSTER.replace("ARCHIVE", str(archive)).replace("SUM", digest))
    return folder


def on(folder: Folder, line: str, node: str = "master001") -> str:
    return folder.ssh(node, line)


def test_up_from_nothing_keeps_files_twice(cluster: Folder) -> None:
    cluster.ectf("up", "--yes")
    cluster.write(WORDS, "words.txt")
    cluster.ectf("scp", str(cluster.path / "words.txt"), "master001:words.txt")
    on(cluster, "hdfs dfs -put words.txt words.txt")
    # From another host: what it reads came over the network, from those that keep it.
    read = on(cluster, "hdfs dfs -cat words.txt | md5sum", "worker003").split()[0]
    assert read == hashlib.md5(WORDS.encode()).hexdigest()
    said = on(cluster, "hdfs fsck /user/$(id -un)/words.txt -files -blocks")
    assert "Live_repl=2" in said and "is HEALTHY" in said


def test_words_are_counted_over_the_node_managers(cluster: Folder) -> None:
    jar = "/opt/hadoop/share/hadoop/mapreduce/hadoop-mapreduce-examples-*.jar"
    # Four tasks and the application's master: more than one worker has room for.
    ended = cluster.ectf(
        "ssh", "master001", "--", f"yarn jar {jar} wordcount -Dmapreduce.job.reduces=4 words.txt counted"
    )
    assert "completed successfully" in ended.text
    counts = dict(line.split() for line in on(cluster, "hdfs dfs -cat 'counted/part-r-*'").splitlines())
    assert counts == {"alpha": "40000", "beta": "20000"}
    application = on(cluster, "yarn application -list -appStates FINISHED 2>/dev/null").split("application_")[
        1
    ]
    workers = [
        on(cluster, f"sudo journalctl -u hadoop-nodemanager --grep {application.split()[0]} -q | wc -l", one)
        for one in ("worker001", "worker002", "worker003")
    ]
    assert sum(int(count) > 0 for count in workers) >= 2


def test_up_again_changes_nothing(cluster: Folder) -> None:
    report = cluster.ectf("up", "--yes", "--json").events()[-1]
    assert report["configuration"]["changed"] == {}
    assert report["health"][0]["message"] == "3 of 3 data nodes, 3 of 3 node managers"


def test_a_node_leaves_without_loss(cluster: Folder) -> None:
    keeper = on(cluster, "hdfs fsck /user/$(id -un)/words.txt -files -blocks -locations 2>/dev/null")
    address = keeper.split("DatanodeInfoWithStorage[")[1].split(":")[0]
    leaving = next(name for name, one in cluster.nodes().items() if one["address"] == address)
    for part in ("nodemanager", "datanode"):
        said = on(cluster, f"{HOOKS}/drain/hadoop {part} {leaving} unknown999")
        assert said.splitlines()[-1] == "1 node(s) are free"
    text = (cluster.path / "cluster.yaml").read_text(encoding="utf-8")
    cluster.write(text.replace("    count: 3\n", f"    count: 2\n    exclude: [{leaving}]\n"))
    report = cluster.ectf("up", "--yes", "--json").events()[-1]
    assert [(one["name"], one["action"]) for one in report["plan"]["nodes"]] == [(leaving, "destroy")]
    assert report["health"][0]["message"] == "2 of 2 data nodes, 2 of 2 node managers"
    said = on(cluster, "hdfs fsck /user/$(id -un)/words.txt -files -blocks")
    assert "Live_repl=2" in said and "is HEALTHY" in said
    # Two copies on two nodes: another one can't leave, and is asked to stay.
    other = next(name for name in cluster.nodes() if name not in ("master001", leaving))
    refused = cluster.ectf("ssh", "master001", "--", f"{HOOKS}/drain/hadoop datanode {other}", code=1)
    assert "blocks are wanted 2 times" in refused.text
    assert other not in on(cluster, "cat /var/lib/hadoop/dfs.exclude").split()


def test_down_leaves_nothing(cluster: Folder) -> None:
    cluster.ectf("down", "--yes")
    assert leftovers(cluster.name) == []
